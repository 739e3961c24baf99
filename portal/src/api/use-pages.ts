import type { Page } from '@sluice/client';
import { type InfiniteData, type QueryKey, useInfiniteQuery } from '@tanstack/react-query';

/**
 * A list of the API, page after page.
 * @example usePages(['keys'], (cursor) => api.listKeys({ limit: 50, ...cursor }).page())
 * @param fetchPage is given `{ cursor }` for every page but the first one
 * @param refreshMs how often one page is read again; never, unless given. Two pages take twice as long, so that reading on
 *   does not ask the service for more and more
 */
export function usePages<Item>(
  queryKey: QueryKey,
  fetchPage: (cursor: { readonly cursor?: string }) => Promise<Page<Item>>,
  refreshMs?: number,
) {
  const query = useInfiniteQuery<
    Page<Item>,
    Error,
    InfiniteData<Page<Item>, string | null>,
    QueryKey,
    string | null
  >({
    queryKey,
    queryFn: ({ pageParam }) => fetchPage(pageParam === null ? {} : { cursor: pageParam }),
    initialPageParam: null,
    getNextPageParam: (page) => page.next_cursor,
    ...(refreshMs !== undefined && {
      refetchInterval: ({ state }) => refreshMs * Math.max(1, state.data?.pages.length ?? 1),
    }),
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

export type Pages<Item> = Omit<ReturnType<typeof usePages<Item>>, 'items'> & {
  readonly items: readonly Item[];
};
