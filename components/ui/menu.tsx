"use client";

import { Menu as Base } from "@base-ui/react/menu";
import { Check } from "lucide-react";
import Link from "next/link";
import type { ReactElement, ReactNode } from "react";
import { cn } from "@/components/ui/cn";
import { popupClass, popupItemClass, popupLabelClass } from "@/components/ui/popup-class";

export type MenuEntry =
  | {
      kind?: "item";
      label: ReactNode;
      hint?: ReactNode;
      icon?: ReactNode;
      shortcut?: ReactNode;
      href?: string;
      /** A plain link outside the router: downloads. */
      external?: boolean;
      onSelect?: () => void;
      danger?: boolean;
      disabled?: boolean;
      checked?: boolean;
      /** Keeps the menu open after it is chosen. */
      stay?: boolean;
    }
  | { kind: "separator" }
  | { kind: "label"; label: ReactNode };

interface MenuProps {
  /** The button that opens it: `Button` or `IconButton`. */
  trigger: ReactElement;
  entries: readonly MenuEntry[];
  align?: "start" | "center" | "end";
  side?: "top" | "bottom" | "right";
  /** At the top, before the entries. */
  header?: ReactNode;
  className?: string;
}

export function Menu({ trigger, entries, align = "end", side = "bottom", header, className }: MenuProps) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner align={align} side={side} sideOffset={4} className="z-50">
          <Base.Popup className={cn(popupClass, "min-w-44", className)}>
            {header}
            {entries.map((entry, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the entries of a menu do not move while it is open.
              <MenuLine key={index} entry={entry} />
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

function MenuLine({ entry }: { entry: MenuEntry }) {
  if (entry.kind === "separator") return <Base.Separator className="-mx-1 my-1 h-px bg-line-soft" />;
  if (entry.kind === "label") return <div className={popupLabelClass}>{entry.label}</div>;
  const className = cn(popupItemClass, entry.danger ? "text-loss [&_svg]:text-loss" : "[&_svg]:text-muted");
  const content = (
    <>
      {entry.icon}
      <span className="min-w-0 flex-1">
        <span className="block">{entry.label}</span>
        {entry.hint ? <span className="block text-xs text-muted">{entry.hint}</span> : null}
      </span>
      {entry.shortcut ? <span className="text-xs text-muted">{entry.shortcut}</span> : null}
      {entry.checked ? <Check aria-hidden className="text-accent!" /> : null}
    </>
  );
  if (entry.checked !== undefined) {
    return (
      <Base.CheckboxItem
        checked={entry.checked}
        onCheckedChange={() => entry.onSelect?.()}
        disabled={entry.disabled}
        closeOnClick={!entry.stay}
        className={className}
      >
        {content}
      </Base.CheckboxItem>
    );
  }
  if (entry.href !== undefined) {
    return (
      <Base.LinkItem
        // biome-ignore lint/a11y/useAnchorContent: the content is given by the item.
        render={entry.external ? <a href={entry.href} download /> : <Link href={entry.href} />}
        closeOnClick
        className={className}
      >
        {content}
      </Base.LinkItem>
    );
  }
  return (
    <Base.Item
      disabled={entry.disabled}
      closeOnClick={!entry.stay}
      onClick={() => entry.onSelect?.()}
      className={className}
    >
      {content}
    </Base.Item>
  );
}
