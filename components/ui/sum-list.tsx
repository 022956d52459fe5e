import Link from "next/link";
import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";

export interface SumLine {
  id: string;
  label: ReactNode;
  /** Beside the label, muted: how many. */
  count?: ReactNode;
  /** A `Money` without its code; the code stands in the card's hint. */
  amount: ReactNode;
  /** Where the figure is explained. */
  href?: string;
  hint?: string;
}

interface SumListProps {
  lines: readonly SumLine[];
  total: { label: ReactNode; amount: ReactNode };
  className?: string;
}

/** How a figure adds up: lines with signs, the total in bold at the end. For `<Card flush>`. */
export function SumList({ lines, total, className }: SumListProps) {
  return (
    <dl data-sum="sum list" className={cn("divide-y divide-line-soft", className)}>
      {lines.map((line) => (
        <div
          key={line.id}
          title={line.hint}
          className="flex min-h-10 items-center justify-between gap-4 px-4 py-2"
        >
          <dt className="min-w-0 text-sm wrap-anywhere">
            {line.href ? (
              <Link
                href={line.href}
                scroll={false}
                className="rounded-sm underline decoration-line-strong underline-offset-4 hover:decoration-accent"
              >
                {line.label}
              </Link>
            ) : (
              line.label
            )}
            {line.count !== undefined ? (
              <span className="tabular ml-1.5 text-muted">{line.count}</span>
            ) : null}
          </dt>
          <dd className="tabular shrink-0 text-right text-sm">{line.amount}</dd>
        </div>
      ))}
      <div className="flex min-h-10 items-center justify-between gap-4 px-4 py-2 font-semibold">
        <dt className="text-sm">{total.label}</dt>
        <dd className="tabular text-right text-sm">{total.amount}</dd>
      </div>
    </dl>
  );
}
