import type { Page } from '@sluice/client';
import { type QueryKey, useInfiniteQuery } from '@tanstack/react-query';

/**
 * A list of the API, page after page.
 * @example usePages(['keys'], (cursor) => api.listKeys({ limit: 50, ...cursor }).page())
 * @param fetchPage is given `{ cursor }` for every page but the first one
 * @param refreshMs how often it is read anew; never, unless given
 */
export function usePages<Item>(
  queryKey: QueryKey,
  fetchPage: (cursor: { readonly cursor?: string }) => Promise<Page<Item>>,
  refreshMs?: number,
) {
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }) => fetchPage(pageParam === null ? {} : { cursor: pageParam }),
    initialPageParam: first,
    getNextPageParam: (page) => page.next_cursor,
    ...(refreshMs === undefined ? {} : { refetchInterval: refreshMs }),
  });
  return {
    items: query.data?.pages.flatMap(({ data }) => data) ?? [],
    isPending: query.isPending,
    error: query.error,
    retry: () => void query.refetch(),
    hasMore: query.hasNextPage,
    isLoadingMore: query.isFetchingNextPage,
    loadMore: () => void query.fetchNextPage(),
  };
}

const first: string | null = null;

export type Pages<Item> = Omit<ReturnType<typeof usePages<Item>>, 'items'> & {
  readonly items: readonly Item[];
};
