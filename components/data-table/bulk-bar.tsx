"use client";

import type { ReactNode } from "react";
import { formatCount } from "@/components/money/format-count";
import { Money } from "@/components/money/money";
import { sumByCurrency } from "@/components/money/sum-amounts";
import { Button } from "@/components/ui/button";

/** What can be done with the chosen rows, over the foot of the page. */
export function BulkBar({
  count,
  amounts = [],
  onClear,
  children,
}: {
  count: number;
  /** Of the chosen rows; what they add up to stands beside their count. */
  amounts?: readonly { amount: string; currency: string }[] | undefined;
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
        {sumByCurrency(amounts).map((sum, index) => (
          <span key={sum.currency} className="ml-2">
            {index > 0 ? "and " : ""}
            <Money {...sum} emphasis="strong" />
          </span>
        ))}
      </span>
      {children}
      <Button variant="ghost" onClick={onClear}>
        Clear
      </Button>
    </div>
  );
}
