import Link from "next/link";
import { Fragment, type ReactNode } from "react";
import { cn } from "@/components/ui/cn";

export interface Crumb {
  label: ReactNode;
  href?: string;
}

export function Breadcrumb({ items, className }: { items: readonly Crumb[]; className?: string }) {
  return (
    <nav aria-label="Breadcrumb" className={cn("min-w-0", className)}>
      <ol className="flex min-w-0 items-center gap-2 text-sm">
        {items.map((item, index) => {
          const last = index === items.length - 1;
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a path has no other key.
            <Fragment key={index}>
              {index > 0 ? (
                <li aria-hidden className="text-decor max-sm:hidden">
                  /
                </li>
              ) : null}
              <li
                title={typeof item.label === "string" ? item.label : undefined}
                className={cn(
                  // The page that all others stand under keeps its name; what is longer gives way.
                  index === 0 && !last ? "shrink-0" : "min-w-0 truncate",
                  last ? "font-medium text-ink" : "text-muted max-sm:hidden",
                )}
              >
                {item.href && !last ? (
                  <Link href={item.href} className="rounded-sm hover:text-ink">
                    {item.label}
                  </Link>
                ) : (
                  <span aria-current={last ? "page" : undefined}>{item.label}</span>
                )}
              </li>
            </Fragment>
          );
        })}
      </ol>
    </nav>
  );
}
