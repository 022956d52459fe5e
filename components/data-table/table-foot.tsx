"use client";

import { type ReactNode, useEffect, useRef } from "react";
import { formatCount } from "@/components/money/format-count";
import { Button } from "@/components/ui/button";

interface TableFootProps {
  shown: number;
  total: number | null;
  hasMore: boolean;
  onLoadMore?: () => void;
  loadingMore: boolean;
  autoLoad: boolean;
  /** What the whole list adds up to. */
  sum?: ReactNode;
}

/** How much of the list is shown, and the next page of it. */
export function TableFoot({ shown, total, hasMore, onLoadMore, loadingMore, autoLoad, sum }: TableFootProps) {
  const end = useRef<HTMLDivElement>(null);
  const load = useRef(onLoadMore);
  useEffect(() => {
    load.current = onLoadMore;
  });
  const waits = autoLoad && hasMore && !loadingMore;
  useEffect(() => {
    const element = end.current;
    if (!element || !waits) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) load.current?.();
      },
      { rootMargin: "400px" },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [waits]);
  if (!hasMore && (total === null || total <= shown) && !sum) return null;
  return (
    <div
      ref={end}
      className="flex min-h-11 items-center justify-between gap-4 border-t border-line-soft px-4 py-1.5 text-xs text-muted"
    >
      <span className="tabular">
        {total === null
          ? `${formatCount(shown)} shown`
          : `${formatCount(shown)} of ${formatCount(total)} shown`}
      </span>
      {sum ? <span className="ml-auto text-right">{sum}</span> : null}
      {hasMore ? (
        <Button size="sm" loading={loadingMore} onClick={onLoadMore}>
          Load more
        </Button>
      ) : null}
    </div>
  );
}
