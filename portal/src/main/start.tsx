import '@mantine/core/styles.css';
import './portal.css';
import { MantineProvider } from '@mantine/core';
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { keys } from '../api/cache.ts';
import { isSignedOut } from '../api/session.ts';
import { takeSignInLink } from '../api/sign-in-link.ts';
import { createAppRouter } from './router.tsx';
import { cssVariables, theme } from './theme.ts';

/** A session that ended elsewhere leads to signing in, and from there back. */
async function leaveIfSignedOut(error: Error): Promise<void> {
  const { href, pathname } = router.state.location;
  if (!isSignedOut(error) || pathname === '/sign-in') return;
  await router.navigate({ to: '/sign-in', search: { back: href } });
  queryClient.clear();
}

const queryClient = new QueryClient({
  queryCache: new QueryCache({
    // What asks who is signed in deals with it itself.
    onError: (error, { queryKey }) => {
      if (queryKey[0] !== keys.me[0]) void leaveIfSignedOut(error);
    },
  }),
  mutationCache: new MutationCache({ onError: (error) => void leaveIfSignedOut(error) }),
  // What may pass is tried again by the client itself.
  defaultOptions: { queries: { retry: false, staleTime: 5_000 } },
});
const router = createAppRouter({ queryClient, link: takeSignInLink() });

const root = document.getElementById('root');
if (root)
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
