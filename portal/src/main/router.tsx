import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { isSignedOut, meQuery } from '../api/session.ts';
import { Failure, Loading } from '../blocks/waiting.tsx';
import { SignInPage } from '../pages/sign-in.tsx';
import { Shell } from './shell.tsx';

interface AppContext {
  readonly queryClient: QueryClient;
  /** The secret of the link that the page was opened with. */
  readonly link: string | null;
}

const root = createRootRouteWithContext<AppContext>()({ component: Outlet });

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  // What is left out here would be taken from the address as it is.
  validateSearch: ({ back }: Record<string, unknown>): { back?: string | undefined } => ({
    back: pathOf(back),
  }),
  component: function SignIn() {
    const { link } = signIn.useRouteContext();
    const { back } = signIn.useSearch();
    return <SignInPage link={link} back={back ?? '/'} />;
  },
});

/** Everything that only members see. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  component: Shell,
  beforeLoad: async ({ context, location }) => {
    try {
      await context.queryClient.ensureQueryData(meQuery);
    } catch (error) {
      if (!isSignedOut(error)) throw error;
      throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { back: location.href } });
    }
  },
});

/** A path of ours, and nothing that browsers take for another site. */
function pathOf(back: unknown): string | undefined {
  return typeof back === 'string' && /^\/(?![/\\])/.test(back) ? back : undefined;
}

type Load = Parameters<typeof lazyRouteComponent>[0];

/** A page, fetched when it is opened. Its parameters are `$name` in the path, and `useParam('name')` in the page. */
function page(path: string, load: Load, component: string) {
  return createRoute({ getParentRoute: () => inside, path, component: lazyRouteComponent(load, component) });
}

/** Every page: where it is, and the file and function that show it. */
const pages = [
  page('/', () => import('../pages/overview.tsx'), 'OverviewPage'),
  page('/deliveries', () => import('../pages/deliveries.tsx'), 'DeliveriesPage'),
  page('/deliveries/$id', () => import('../pages/delivery.tsx'), 'DeliveryPage'),
  page('/endpoints', () => import('../pages/endpoints.tsx'), 'EndpointsPage'),
  page('/endpoints/$id', () => import('../pages/endpoints.tsx'), 'EndpointPage'),
  page('/settings/webhooks', () => import('../pages/record-webhooks.tsx'), 'RecordWebhooksPage'),
  page('/settings/webhooks/$id', () => import('../pages/record-webhooks.tsx'), 'RecordWebhookPage'),
  page('/developer-hub', () => import('../pages/developer-hub.tsx'), 'DeveloperHubPage'),
  page('/developer-hub/$app', () => import('../pages/developer-hub-app.tsx'), 'DeveloperHubAppPage'),
  page('/plugins/webhooks', () => import('../pages/plugin-webhooks.tsx'), 'PluginWebhooksPage'),
  page('/plugins/webhooks/$id', () => import('../pages/plugin-webhooks.tsx'), 'PluginWebhookPage'),
  page(
    '/plugins/webhooks/$id/logs',
    () => import('../pages/plugin-webhook-logs.tsx'),
    'PluginWebhookLogsPage',
  ),
  page('/notifications', () => import('../pages/notifications.tsx'), 'NotificationsPage'),
  page('/me/agent', () => import('../pages/notification-webhooks.tsx'), 'OwnWebhooksPage'),
  page('/admin/integrations', () => import('../pages/notification-webhooks.tsx'), 'IntegrationsPage'),
  page('/me', () => import('../pages/account.tsx'), 'AccountPage'),
  page('$', () => import('../pages/not-found.tsx'), 'NotFoundPage'),
];

export function createAppRouter(context: AppContext) {
  return createRouter({
    routeTree: root.addChildren([signIn, inside.addChildren(pages)]),
    context,
    defaultPreload: 'intent',
    defaultPendingComponent: Loading,
    defaultErrorComponent: ({ error }) => (
      <section className="page page-alone" aria-label="What went wrong">
        <Failure
          error={error instanceof Error ? error : new Error(String(error))}
          onRetry={() => window.location.reload()}
        />
      </section>
    ),
    scrollRestoration: true,
  });
}

export type AppRouter = ReturnType<typeof createAppRouter>;

declare module '@tanstack/react-router' {
  interface Register {
    router: AppRouter;
  }
}
