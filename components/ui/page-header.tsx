import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";

interface PageProps {
  className?: string;
  children: ReactNode;
}

/** The gutter and rhythm of every page under the frame. */
export function Page({ className, children }: PageProps) {
  return (
    <div className={cn("page-gutter mx-auto grid w-full max-w-[1480px] grid-cols-1 gap-4 py-5", className)}>
      {children}
    </div>
  );
}

interface PageHeaderProps {
  title: ReactNode;
  /** Over the title, small: "Payout to Fjord Bank ··8810". */
  eyebrow?: ReactNode;
  /** Beside the title: badges, program and span selects. */
  aside?: ReactNode;
  /** Under the title: id, span, version, with · between. */
  meta?: ReactNode;
  actions?: ReactNode;
  /** When the title is the one figure of the page. */
  figure?: boolean;
  className?: string;
}

export function PageHeader({ title, eyebrow, aside, meta, actions, figure, className }: PageHeaderProps) {
  return (
    <header className={cn("flex flex-wrap items-start justify-between gap-x-6 gap-y-3", className)}>
      <div className="min-w-0">
        {eyebrow ? <p className="text-sm text-muted wrap-anywhere">{eyebrow}</p> : null}
        <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
          <h1
            className={cn(
              "min-w-0 font-semibold tracking-[-0.01em] wrap-anywhere",
              figure ? "tabular text-3xl **:data-code:ml-2 **:data-code:text-lg" : "text-xl",
            )}
          >
            {title}
          </h1>
          {aside}
        </div>
        {meta ? (
          <div className="mt-1 flex flex-wrap items-center gap-x-2 gap-y-1 text-sm text-muted wrap-anywhere max-sm:gap-x-3.5">
            {meta}
          </div>
        ) : null}
      </div>
      {actions ? <div className="flex flex-wrap items-center gap-2">{actions}</div> : null}
    </header>
  );
}

/** The dot between facts in one line. */
export function Dot() {
  return (
    <span aria-hidden className="text-decor max-sm:hidden">
      ·
    </span>
  );
}
