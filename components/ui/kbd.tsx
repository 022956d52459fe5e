import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";

/** A key of the keyboard. */
export function Kbd({ children, className }: { children: ReactNode; className?: string }) {
  return (
    <kbd
      className={cn(
        "inline-flex h-[18px] min-w-[18px] items-center justify-center rounded-sm border border-line bg-panel px-1 font-sans text-2xs font-medium text-muted",
        className,
      )}
    >
      {children}
    </kbd>
  );
}
