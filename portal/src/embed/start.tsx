import '@mantine/core/styles.css';
import '../reviews/review.css';
import { createTheme, MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
import { StrictMode, useEffect, useMemo, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { createReviewApi, type ReviewApi } from '../reviews/review-api.ts';
import { EmbedPage, Ended, Waiting, wordsOf } from './embed-page.tsx';
import { createHost } from './host.ts';

const theme = createTheme({ fontFamily: 'system-ui, sans-serif', autoContrast: true });

/** The token is behind the `#`: browsers never send that part. */
function readToken(): string {
  return decodeURIComponent(window.location.hash.slice(1));
}

function Page({ api }: { api: ReviewApi }) {
  const session = useQuery({ queryKey: ['session'], queryFn: () => api.session(), retry: 1 });
  const origins = session.data?.allowed_origins;
  const host = useMemo(() => createHost(origins ?? []), [origins]);
  const [scheme, setScheme] = useState<'light' | 'dark' | 'auto'>('auto');
  useEffect(() => host.onTheme(setScheme), [host]);
  useEffect(() => {
    const observer = new ResizeObserver(() =>
      host.tell({ type: 'review.resized', height: Math.ceil(document.documentElement.scrollHeight) }),
    );
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [host]);
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      {...(scheme === 'auto' ? {} : { forceColorScheme: scheme })}
    >
      <main>
        <h1 className="page-title">{session.data?.label ?? 'Review'}</h1>
        {session.isPending && <Waiting />}
        {session.isError && <Ended detail={wordsOf(session.error)} />}
        {session.data && <EmbedPage api={api} session={session.data} host={host} />}
      </main>
    </MantineProvider>
  );
}

const root = document.getElementById('root');
if (root) {
  const queryClient = new QueryClient({
    defaultOptions: { queries: { retry: 1, refetchOnWindowFocus: true } },
  });
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <Page api={createReviewApi(readToken())} />
      </QueryClientProvider>
    </StrictMode>,
  );
}
