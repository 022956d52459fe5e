"use client";

import type { ReactNode } from "react";
import { formatCount } from "@/components/money/format-count";
import { Button } from "@/components/ui/button";

/** What can be done with the chosen rows, over the foot of the page. */
export function BulkBar({
  count,
  onClear,
  children,
}: {
  count: number;
  onClear: () => void;
  children: ReactNode;
}) {
  if (count === 0) return null;
  return (
    <div
      role="toolbar"
      aria-label="Actions on the chosen rows"
      className="fixed inset-x-3 bottom-4 z-30 mx-auto flex w-fit max-w-[calc(100vw-24px)] flex-wrap items-center gap-2 rounded-xl border border-line bg-raised py-2 pl-4 pr-2 shadow-pop"
    >
      <span className="tabular mr-2 text-sm" aria-live="polite">
        <span className="font-medium">{formatCount(count)}</span> chosen
      </span>
      {children}
      <Button variant="ghost" onClick={onClear}>
        Clear
      </Button>
    </div>
  );
}
