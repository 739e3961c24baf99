import { Button, Center } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Pages } from '../api/use-pages.ts';
import { Failure } from './failure.tsx';
import { Loading } from './loading.tsx';

interface Props<Item> {
  readonly pages: Pages<Item>;
  /** What stands there where the list is empty. */
  readonly empty: ReactNode;
  readonly children: (items: readonly Item[]) => ReactNode;
}

/** Loading, failed, empty, or a list with a button for what comes next. */
export function Paged<Item>({ pages, empty, children }: Props<Item>) {
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
