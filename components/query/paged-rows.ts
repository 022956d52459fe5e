import type { InfiniteData } from "@tanstack/react-query";
import { tableErrorOf } from "@/components/query/query-view";

/** A list that is read page by page, as `useInfiniteQuery` gives it. */
export interface PagedList<Row> {
  data: InfiniteData<{ items: Row[] }, unknown> | undefined;
  error: unknown;
  isPlaceholderData: boolean;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  refetch: () => unknown;
  fetchNextPage: () => unknown;
}

/** What `DataTable` wants to know of it: the rows so far, what failed, and how to get more. */
export function pagedRows<Row>(list: PagedList<Row>) {
  return {
    rows: list.data?.pages.flatMap((page) => page.items),
    error: tableErrorOf(list.data ? null : list.error),
    onRetry: () => void list.refetch(),
    busy: list.isPlaceholderData,
    hasMore: list.hasNextPage,
    onLoadMore: () => void list.fetchNextPage(),
    loadingMore: list.isFetchingNextPage,
  };
}
