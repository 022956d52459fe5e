import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";

export interface KeyValueItem {
  label: ReactNode;
  /** Nothing known is shown as a dash. */
  value: ReactNode;
  hint?: ReactNode;
}

interface KeyValueListProps {
  items: readonly KeyValueItem[];
  /** `rows`: label left, value right, hairlines between; `grid`: label above value, in columns. */
  layout?: "rows" | "grid";
  className?: string;
}

export function KeyValueList({ items, layout = "rows", className }: KeyValueListProps) {
  if (layout === "grid") {
    return (
      <dl className={cn("grid grid-cols-1 gap-x-6 gap-y-4 sm:grid-cols-2 md:grid-cols-3", className)}>
        {items.map((item, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a fixed list of facts.
          <div key={index} className="min-w-0">
            <dt className="text-xs text-muted">{item.label}</dt>
            <dd className="mt-0.5 text-sm wrap-anywhere">{item.value ?? <Dash />}</dd>
            {item.hint ? <dd className="text-xs text-muted">{item.hint}</dd> : null}
          </div>
        ))}
      </dl>
    );
  }
  return (
    <dl className={cn("divide-y divide-line-soft", className)}>
      {items.map((item, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a fixed list of facts.
        <div key={index} className="flex min-h-9 items-baseline justify-between gap-6 py-2">
          <dt className="shrink-0 text-sm text-muted">{item.label}</dt>
          <dd className="min-w-0 text-right text-sm wrap-anywhere">
            {item.value ?? <Dash />}
            {item.hint ? <span className="block text-xs text-muted">{item.hint}</span> : null}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Dash() {
  return (
    <span className="text-faint">
      <span aria-hidden>–</span>
      <span className="sr-only">none</span>
    </span>
  );
}
