import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";

interface TwoPaneProps {
  /** The list; scrolls by itself. */
  list: ReactNode;
  /** Fixed under the list: keys, counts. */
  listFooter?: ReactNode;
  /** The chosen thing; scrolls by itself. */
  children: ReactNode;
  /** On a phone only one is shown. */
  showing?: "list" | "detail";
  listLabel: string;
  className?: string;
}

/** A list and what is chosen in it, side by side in the full height under the top bar. */
export function TwoPane({
  list,
  listFooter,
  children,
  showing = "list",
  listLabel,
  className,
}: TwoPaneProps) {
  return (
    <div className={cn("flex h-[calc(100dvh-var(--frame-top,48px))] min-h-0", className)}>
      <section
        aria-label={listLabel}
        className={cn(
          "flex w-full shrink-0 flex-col border-r border-line bg-panel lg:w-[340px] min-[1400px]:w-[376px] 2xl:w-[410px]",
          showing === "detail" && "max-lg:hidden",
        )}
      >
        <div className="min-h-0 flex-1 overflow-y-auto">{list}</div>
        {listFooter ? <div className="border-t border-line px-4 py-2.5">{listFooter}</div> : null}
      </section>
      <div className={cn("@container min-w-0 flex-1 overflow-y-auto", showing === "list" && "max-lg:hidden")}>
        {children}
      </div>
    </div>
  );
}
