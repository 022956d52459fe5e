import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";

interface CardProps {
  /** A question or a fact, in sentence case. */
  title?: ReactNode;
  /** Units, span or source, under the title. */
  hint?: ReactNode;
  /** Beside the title, in its line: a count, a badge. */
  aside?: ReactNode;
  /** At the right: links, small buttons. */
  actions?: ReactNode;
  footer?: ReactNode;
  /** Lets the content run to the edges: tables, lists with hairlines. */
  flush?: boolean;
  /** The level of the title's heading. */
  level?: 2 | 3;
  id?: string;
  className?: string;
  bodyClassName?: string;
  children?: ReactNode;
}

export function Card({
  title,
  hint,
  aside,
  actions,
  footer,
  flush,
  level = 2,
  id,
  className,
  bodyClassName,
  children,
}: CardProps) {
  const Heading = level === 2 ? "h2" : "h3";
  return (
    <section
      id={id}
      className={cn("flex min-w-0 flex-col rounded-lg border border-line bg-panel", className)}
    >
      {title || actions ? (
        <header className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2 px-4 pt-3.5">
          <div className="min-w-0 flex-1 basis-44">
            <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
              {title ? <Heading className="text-base font-semibold text-ink">{title}</Heading> : null}
              {aside}
            </div>
            {hint ? <p className="text-sm text-muted">{hint}</p> : null}
          </div>
          {actions ? <div className="flex shrink-0 flex-wrap items-center gap-2">{actions}</div> : null}
        </header>
      ) : null}
      <div
        className={cn(
          "min-w-0 flex-1",
          flush ? (title || actions) && "pt-2.5" : cn("px-4 pb-4", title || actions ? "pt-3" : "pt-4"),
          bodyClassName,
        )}
      >
        {children}
      </div>
      {footer ? (
        <footer className="flex flex-wrap items-center gap-2 border-t border-line-soft px-4 py-2.5 text-sm text-muted">
          {footer}
        </footer>
      ) : null}
    </section>
  );
}
