import type { ReactNode } from "react";
import { formatCount } from "@/components/money/format-count";
import { cn } from "@/components/ui/cn";

interface ProgressProps {
  label: string;
  done: number;
  /** Unknown yet: a moving bar without an end. */
  total: number | null;
  /** What is counted: "payments". */
  unit?: string;
  detail?: ReactNode;
  tone?: "accent" | "loss" | "arrived";
  className?: string;
}

const BARS = { accent: "bg-accent", loss: "bg-loss", arrived: "bg-arrived" };

/** Long work with its counts. */
export function Progress({
  label,
  done,
  total,
  unit = "",
  detail,
  tone = "accent",
  className,
}: ProgressProps) {
  const share = total === null || total <= 0 ? 0 : Math.min(1, done / total);
  return (
    <div className={cn("grid gap-1.5", className)}>
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 text-sm">
        <span className="font-medium">{label}</span>
        <span className="tabular text-muted">
          {total === null
            ? `${formatCount(done)} ${unit} so far`
            : `${formatCount(done)} of ${formatCount(total)} ${unit}`}
        </span>
      </div>
      <div
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={total ?? undefined}
        aria-valuenow={total === null ? undefined : done}
        className="h-1.5 overflow-hidden rounded-full bg-neutral-soft"
      >
        <div
          className={cn(
            "h-full rounded-full transition-[width]",
            BARS[tone],
            total === null && "w-1/3 animate-pulse",
          )}
          style={total === null ? undefined : { width: `${share * 100}%` }}
        />
      </div>
      {detail ? <div className="text-xs text-muted">{detail}</div> : null}
    </div>
  );
}
