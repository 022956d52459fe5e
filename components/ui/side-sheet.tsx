"use client";

import { Dialog as Base } from "@base-ui/react/dialog";
import { ChevronLeft, ChevronRight, Maximize2, X } from "lucide-react";
import Link from "next/link";
import { type KeyboardEvent, type ReactNode, useRef } from "react";
import { buttonClass } from "@/components/ui/button-class";
import { cn } from "@/components/ui/cn";
import { IconButton } from "@/components/ui/icon-button";

export interface SideSheetProps {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  /** Under the title: the id, a badge. */
  description?: ReactNode;
  /** Beside the title: what can be done with it. */
  actions?: ReactNode;
  /** The same thing as a page of its own. */
  fullHref?: string;
  /** Walks to the neighbours, also by ← and →. Left out, there are no neighbours. */
  onPrevious?: () => void;
  onNext?: () => void;
  /** "3 of 50" */
  position?: string;
  footer?: ReactNode;
  width?: "md" | "lg";
  children: ReactNode;
}

function isTyping(target: EventTarget): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) ||
      target.closest("[role=tablist],[role=menu],[role=listbox],[role=radiogroup]") !== null)
  );
}

/** One thing beside its list. Its URL is the list's with `?open=<id>`; `DataTable` takes care of that. */
export function SideSheet(props: SideSheetProps) {
  const { open, onClose, title, description, actions, fullHref, onPrevious, onNext, position, footer } =
    props;
  const popup = useRef<HTMLDivElement>(null);
  const walks = onPrevious !== undefined || onNext !== undefined;

  function walk(event: KeyboardEvent) {
    // Events of dialogs opened from here bubble through their portals; those are not meant for the list.
    if (!(event.target instanceof Node) || !popup.current?.contains(event.target)) return;
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || isTyping(event.target)) return;
    if (event.key === "ArrowLeft" && onPrevious) {
      event.preventDefault();
      onPrevious();
    } else if (event.key === "ArrowRight" && onNext) {
      event.preventDefault();
      onNext();
    }
  }

  return (
    <Base.Root
      open={open}
      onOpenChange={(next) => {
        if (!next) onClose();
      }}
    >
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-overlay transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Base.Popup
          ref={popup}
          initialFocus={popup}
          onKeyDown={walk}
          className={cn(
            "fixed inset-y-0 right-0 z-50 flex w-full flex-col border-l border-line bg-panel shadow-pop outline-none transition-[opacity,transform] data-ending-style:translate-x-4 data-ending-style:opacity-0 data-starting-style:translate-x-4 data-starting-style:opacity-0",
            props.width === "lg" ? "sm:max-w-3xl" : "sm:max-w-xl",
          )}
        >
          <header className="border-b border-line-soft px-5 pb-3 pt-3">
            <div className="flex h-8 items-center gap-1 text-xs text-muted">
              {walks ? (
                <>
                  <IconButton
                    label="Previous (←)"
                    size="sm"
                    icon={<ChevronLeft />}
                    disabled={!onPrevious}
                    onClick={onPrevious}
                  />
                  <IconButton
                    label="Next (→)"
                    size="sm"
                    icon={<ChevronRight />}
                    disabled={!onNext}
                    onClick={onNext}
                  />
                  {position ? <span className="tabular ml-1">{position}</span> : null}
                </>
              ) : null}
              <span className="ml-auto flex items-center gap-1">
                {fullHref ? (
                  <Link href={fullHref} className={buttonClass({ variant: "ghost", size: "sm" })}>
                    <Maximize2 aria-hidden /> Full page
                  </Link>
                ) : null}
                <Base.Close render={<IconButton label="Close (Esc)" hint={false} size="sm" icon={<X />} />} />
              </span>
            </div>
            <div className="mt-1 flex flex-wrap items-start justify-between gap-3">
              <div className="min-w-0">
                <Base.Title className="text-lg font-semibold">{title}</Base.Title>
                {description ? <div className="mt-0.5 text-sm text-muted">{description}</div> : null}
              </div>
              {actions ? <div className="flex flex-wrap items-center gap-2">{actions}</div> : null}
            </div>
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto px-5 py-4">{props.children}</div>
          {footer ? (
            <footer className="flex flex-wrap items-center justify-end gap-2 border-t border-line-soft px-5 py-3">
              {footer}
            </footer>
          ) : null}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
