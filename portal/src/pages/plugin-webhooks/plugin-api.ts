import { type Attempt, SluiceProblem, SluiceUnreachable } from '@sluice/client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMe } from '../../app/use-me.ts';

/** An event that webhooks can ask for, with what its data holds. */
export interface PluginEvent {
  readonly event: string;
  readonly description: string;
  readonly payload_fields: readonly string[];
}

export interface Webhook {
  readonly id: number;
  readonly name: string;
  readonly url: string;
  readonly events: readonly string[];
  /** Whole in the answer to creation, afterwards `...` and its end. */
  readonly secret: string;
  /** Whether events are sent. */
  readonly status: boolean;
  readonly created_at: string;
}

/** One attempt. */
export interface Log {
  readonly id: number;
  readonly event: string;
  readonly status_code: number | null;
  readonly success: boolean;
  readonly attempt: number;
  readonly delivered_at: string | null;
  readonly created_at: string;
}

/** One attempt with all that was sent and answered. */
export interface LogWithExchange extends Log {
  /** Its `X-Flowxtra-Delivery`, the same in every attempt. */
  readonly delivery: string;
  readonly error: string | null;
  readonly duration_ms: number | null;
  readonly request: Attempt['request'];
  /** `null`: no answer came. */
  readonly response: Omit<NonNullable<Attempt['response']>, 'status'> | null;
}

/** Which logs to list; left out: all. */
export interface LogFilter {
  readonly event?: string;
  readonly success?: boolean;
}

export interface LogPage {
  readonly data: readonly Log[];
  readonly current_page: number;
  readonly per_page: number;
  readonly last_page: number;
  readonly total: number;
}

export interface TestOutcome {
  readonly success: boolean;
  readonly status_code: number | null;
  readonly message: string;
}

export interface WebhookValues {
  readonly name: string;
  readonly url: string;
  readonly events: readonly string[];
}

type Envelope<Data> =
  | { readonly success: true; readonly data: Data }
  | {
      readonly success: false;
      readonly message: string;
      readonly errors?: Readonly<Record<string, readonly string[]>>;
    };

/** What the plugin's refusals mean: they have a status and a sentence, and neither code nor remedy. */
const meanings: Readonly<Record<number, { readonly code: string; readonly remedy: string }>> = {
  401: { code: 'unauthenticated', remedy: 'Sign in again.' },
  403: { code: 'forbidden', remedy: 'An administrator of your organization can do this.' },
  404: { code: 'not_found', remedy: 'It may have been deleted. The list shows what there is.' },
  422: { code: 'invalid_input', remedy: 'Correct it and try again.' },
};

/**
 * The plugin's own API, as its document promises it, with the session of whoever is signed in.
 * @param subdomain the slug of the organization
 * @throws {SluiceProblem} whose pointers are the plugin's fields: `events.0` is `/events/0`
 * @throws {SluiceUnreachable}
 */
function createPluginApi(subdomain: string) {
  async function call<Data>(
    method: string,
    path: string,
    body?: unknown,
    more: Readonly<Record<string, string>> = {},
  ): Promise<Data> {
    const query = new URLSearchParams({ subdomain, ...more });
    const url = `/api/plugins/webhooks${path}?${query}`;
    const sent = await fetch(url, {
      method,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    }).catch((error: unknown) => {
      throw new SluiceUnreachable(window.location.origin, error);
    });
    const envelope: Envelope<Data> | null = await sent.json().catch(() => null);
    if (envelope?.success) return envelope.data;
    throw problemOf(sent.status, envelope);
  }
  return {
    events: () => call<PluginEvent[]>('GET', '/events'),
    list: () => call<Webhook[]>('GET', ''),
    get: (id: string) =>
      call<Webhook & { readonly logs: readonly Log[] }>('GET', `/${encodeURIComponent(id)}`),
    create: (values: WebhookValues) => call<Webhook>('POST', '', values),
    change: (id: number, values: Partial<WebhookValues> & { readonly status?: boolean }) =>
      call<Webhook>('PUT', `/${id}`, values),
    remove: (id: number) => call<null>('DELETE', `/${id}`),
    test: (id: number) => call<TestOutcome>('POST', `/${id}/test`),
    logs: (id: string, page: number, filter: LogFilter) =>
      call<LogPage>('GET', `/${encodeURIComponent(id)}/logs`, undefined, {
        page: String(page),
        ...(filter.event !== undefined && { event: filter.event }),
        ...(filter.success !== undefined && { success: String(filter.success) }),
      }),
    log: (id: number, log: number) => call<LogWithExchange>('GET', `/${id}/logs/${log}`),
  };
}

function problemOf(
  status: number,
  envelope: Extract<Envelope<never>, { success: false }> | null,
): SluiceProblem {
  const { code, remedy } = meanings[status] ?? { code: 'unexpected_answer', remedy: 'Try again in a while.' };
  const errors = Object.entries(envelope?.errors ?? {}).flatMap(([field, details]) =>
    details.map((detail) => ({ pointer: `/${field.replaceAll('.', '/')}`, detail })),
  );
  return new SluiceProblem(
    {
      type: 'about:blank',
      title: 'The plugin refused it',
      status,
      code,
      detail: envelope?.message ?? `The answer (${status}) is not one of the plugin's.`,
      remedy,
      errors,
    },
    null,
  );
}

/** The plugin's API for the organization of whoever is signed in. */
export function usePluginApi() {
  return createPluginApi(useMe().organization.slug);
}

/** Everything that was read of webhooks is read anew. */
export function useRefreshWebhooks(): () => Promise<void> {
  const queryClient = useQueryClient();
  return () => queryClient.invalidateQueries({ queryKey: ['plugin-webhooks'] });
}

export function useWebhook(id: string) {
  const plugin = usePluginApi();
  return useQuery({
    queryKey: ['plugin-webhooks', id],
    queryFn: () => plugin.get(id),
    refetchInterval: 10_000,
  });
}

/** What webhooks can ask for. */
export function usePluginEvents() {
  const plugin = usePluginApi();
  return useQuery({
    queryKey: ['plugin-events'],
    queryFn: plugin.events,
    staleTime: 60_000,
  });
}
