"use client";

import { Tooltip as Base } from "@base-ui/react/tooltip";
import type { ReactElement, ReactNode } from "react";
import { cn } from "@/components/ui/cn";

export function TooltipGroup({ children }: { children: ReactNode }) {
  return (
    <Base.Provider delay={350} closeDelay={0}>
      {children}
    </Base.Provider>
  );
}

interface TooltipProps {
  /** What it says. Nothing is shown when it is empty. */
  content: ReactNode;
  /** One element that can take a ref and be focused. */
  children: ReactElement;
  side?: "top" | "right" | "bottom" | "left";
  className?: string;
}

/** A hint on hover and focus. It never carries what cannot be read elsewhere by touch. */
export function Tooltip({ content, children, side = "top", className }: TooltipProps) {
  if (content === null || content === undefined || content === "") return children;
  return (
    <Base.Root>
      <Base.Trigger render={children} />
      <Base.Portal>
        <Base.Positioner side={side} sideOffset={6} className="z-60">
          <Base.Popup
            className={cn(
              "pop-motion max-w-72 rounded-md border border-line bg-raised px-2 py-1 text-xs text-ink shadow-pop",
              className,
            )}
          >
            {content}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
