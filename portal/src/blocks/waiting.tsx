import { Alert, Button, Center, Loader, Text } from '@mantine/core';
import { SluiceProblem, SluiceUnreachable } from '@sluice/client';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Pages } from '../api/use-pages.ts';

export function Loading() {
  return (
    <Center mih={160}>
      <Loader aria-label="Loading" />
    </Center>
  );
}

interface FailureProps {
  readonly error: Error;
  readonly title?: string;
  /** Offers to try again. */
  readonly onRetry?: () => void;
}

/** What went wrong and what can be done about it, in the API's own words. */
export function Failure({ error, title, onRetry }: FailureProps) {
  const isProblem = error instanceof SluiceProblem;
  const isAway = error instanceof SluiceUnreachable;
  return (
    <Alert
      color="red"
      role="alert"
      variant="outline"
      title={title ?? (isAway ? 'No connection' : 'That did not work')}
      my="sm"
    >
      <Text fz="sm">{isProblem ? error.detail : isAway ? away : error.message}</Text>
      {isProblem && (
        <>
          <Text fz="sm">{error.remedy}</Text>
          {error.status >= 500 && error.requestId !== null && (
            <Text fz="xs" c="dimmed" className="mono">
              Request {error.requestId}
            </Text>
          )}
        </>
      )}
      {onRetry && (
        <Button variant="default" size="xs" mt="xs" onClick={onRetry}>
          Try again
        </Button>
      )}
    </Alert>
  );
}

const away =
  'Sluice does not answer: either your connection is away, or the service is. What stands on this page may be out of date.';

interface LoadedProps<Data> {
  readonly query: UseQueryResult<Data>;
  readonly children: (data: Data) => ReactNode;
}

/**
 * What was read; until then a sign of waiting, or what went wrong with a button that tries again. What was read before
 * a failure stays, below it.
 */
export function Loaded<Data>({ query, children }: LoadedProps<Data>) {
  if (query.isPending) return <Loading />;
  return (
    <>
      {query.error && <Failure error={query.error} onRetry={() => void query.refetch()} />}
      {query.data !== undefined && children(query.data)}
    </>
  );
}

interface PagedProps<Item> {
  readonly pages: Pages<Item>;
  /** What stands there where the list is empty. */
  readonly empty: ReactNode;
  readonly children: (items: readonly Item[]) => ReactNode;
}

/** Loading, failed, empty, or a list with a button for what comes next. */
export function Paged<Item>({ pages, empty, children }: PagedProps<Item>) {
  if (pages.isPending) return <Loading />;
  if (pages.error && pages.items.length === 0) return <Failure error={pages.error} onRetry={pages.retry} />;
  if (pages.items.length === 0) return empty;
  return (
    <>
      {pages.error && <Failure error={pages.error} onRetry={pages.retry} />}
      {children(pages.items)}
      {pages.hasMore && (
        <Center p="md">
          <Button variant="default" loading={pages.isLoadingMore} onClick={pages.loadMore}>
            Show more
          </Button>
        </Center>
      )}
    </>
  );
}
