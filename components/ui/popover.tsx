"use client";

import { Popover as Base } from "@base-ui/react/popover";
import type { ReactElement, ReactNode } from "react";
import { cn } from "@/components/ui/cn";
import { popupClass } from "@/components/ui/popup-class";

interface PopoverProps {
  trigger: ReactElement;
  title?: ReactNode;
  /** Names it for screen readers when it has no title. */
  label?: string;
  align?: "start" | "center" | "end";
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  className?: string;
  children: ReactNode;
}

export function Popover({
  trigger,
  title,
  label,
  align = "start",
  open,
  onOpenChange,
  className,
  children,
}: PopoverProps) {
  return (
    <Base.Root open={open} onOpenChange={(next) => onOpenChange?.(next)}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner align={align} sideOffset={4} collisionPadding={12} className="z-50">
          <Base.Popup
            aria-label={title ? undefined : label}
            className={cn(popupClass, "w-72 max-w-[calc(100vw-24px)] p-3", className)}
          >
            {title ? <Base.Title className="mb-2 text-sm font-semibold">{title}</Base.Title> : null}
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
