import Link from "next/link";
import type { ReactNode } from "react";
import { Sparkline } from "@/components/charts/sparkline";
import { cn } from "@/components/ui/cn";
import { Skeleton } from "@/components/ui/skeleton";

export interface StatCardProps {
  /** What it is, short. */
  label: ReactNode;
  /** `<Money emphasis="large">` or a formatted count. */
  value: ReactNode;
  /** Under it: when, how many, since when. */
  hint?: ReactNode;
  /** Change against the same span before: `formatPercentChange(0.061)`, and what it is compared with. */
  change?: { text: string; against: string; good?: boolean };
  /** Values in time order; drawn without axes. */
  trend?: readonly number[];
  /** Whether the last value is of a span that still runs, such as today. */
  trendPartial?: boolean;
  /** What the line is, for screen readers. */
  trendLabel?: string;
  /** 1 to 6. */
  series?: number;
  href?: string;
  loading?: boolean;
  className?: string;
}

/** One figure with its trend and its change against the span before. */
export function StatCard({
  label,
  value,
  hint,
  change,
  trend,
  trendPartial,
  trendLabel,
  series,
  href,
  loading,
  className,
}: StatCardProps) {
  const surface = cn(
    "relative flex min-w-0 flex-col rounded-lg border border-line bg-panel px-4 py-3.5",
    href && "transition-colors hover:border-line-strong",
    className,
  );
  const body = loading ? (
    <>
      <span className="text-sm text-muted">{label}</span>
      <Skeleton className="mb-1.5 mt-2 h-6 w-3/5" />
      <Skeleton className="h-3 w-2/5" />
    </>
  ) : (
    <>
      <span className="text-sm text-muted">{label}</span>
      <span className="@container tabular mt-0.5 block truncate text-2xl font-semibold tracking-[-0.01em] **:data-code:ml-1.5 **:data-code:text-sm">
        {value}
      </span>
      <span className="mt-0.5 flex min-h-5 items-end justify-between gap-3">
        <span className="min-w-0 text-xs text-muted">
          {change ? (
            <>
              <span
                className={cn(
                  "tabular",
                  change.good === true && "text-arrived",
                  change.good === false && "text-loss",
                )}
              >
                {change.text}
              </span>{" "}
              {change.against}
            </>
          ) : null}
          {change && hint ? " · " : null}
          {hint}
        </span>
        {trend && trend.length > 1 ? (
          <Sparkline
            values={trend}
            partial={trendPartial}
            series={series}
            label={trendLabel}
            className="h-6 w-16 shrink-0 xl:w-20"
          />
        ) : null}
      </span>
    </>
  );
  return href ? (
    <Link href={href} className={surface}>
      {body}
    </Link>
  ) : (
    <div className={surface}>{body}</div>
  );
}

export function StatGrid({ className, children }: { className?: string; children: ReactNode }) {
  return (
    <div className={cn("grid grid-cols-1 gap-4 sm:grid-cols-2 xl:grid-cols-4", className)}>{children}</div>
  );
}
