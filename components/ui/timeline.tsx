import type { ReactNode } from "react";
import { TONE_TEXT, type Tone } from "@/components/ui/badge";
import { cn } from "@/components/ui/cn";

export interface TimelineItem {
  id: string;
  /** When: an `ExactTime` or a formatted text. */
  time: ReactNode;
  title: ReactNode;
  detail?: ReactNode;
  icon?: ReactNode;
  tone?: Tone;
}

/** What happened, oldest first. */
export function Timeline({ items, className }: { items: readonly TimelineItem[]; className?: string }) {
  return (
    <ol className={cn("grid", className)}>
      {items.map((item, index) => (
        <li key={item.id} className="relative flex gap-3 pb-4 last:pb-0">
          {index < items.length - 1 ? (
            <span aria-hidden className="absolute bottom-0 left-[9px] top-5 w-px bg-line" />
          ) : null}
          <span
            aria-hidden
            className={cn(
              "relative flex h-5 w-[19px] shrink-0 items-center justify-center [&_svg]:size-4",
              TONE_TEXT[item.tone ?? "neutral"],
            )}
          >
            {item.icon ?? <span className="size-[7px] rounded-full bg-current" />}
          </span>
          <div className="min-w-0 flex-1">
            <div className="flex flex-wrap items-baseline justify-between gap-x-4">
              <p className="text-sm font-medium">{item.title}</p>
              <span className="tabular text-xs text-muted">{item.time}</span>
            </div>
            {item.detail ? <div className="text-sm text-muted">{item.detail}</div> : null}
          </div>
        </li>
      ))}
    </ol>
  );
}
