"use client";

import { Tabs as Base } from "@base-ui/react/tabs";
import Link from "next/link";
import type { ReactNode } from "react";
import { formatCount } from "@/components/money/format-count";
import { cn } from "@/components/ui/cn";

export interface TabItem {
  value: string;
  label: string;
  count?: number | null;
  content?: ReactNode;
}

interface TabsProps {
  items: readonly TabItem[];
  value: string;
  onValueChange: (value: string) => void;
  label: string;
  /** Puts the row of tabs without the hairline under it, for places that have their own. */
  bare?: boolean;
  className?: string;
  /** Content that is the same for all tabs, such as a table. Otherwise each item's `content`. */
  children?: ReactNode;
}

const LIST = "flex items-center gap-5 overflow-x-auto [scrollbar-width:none]";
const TAB =
  "relative flex h-9 shrink-0 items-center gap-1.5 border-b-2 border-transparent text-sm text-muted outline-offset-[-2px] transition-colors hover:text-ink";
const ACTIVE = "border-accent font-medium text-ink";

export function Tabs({ items, value, onValueChange, label, bare, className, children }: TabsProps) {
  return (
    <Base.Root value={value} onValueChange={(next) => onValueChange(String(next))} className={className}>
      <Base.List aria-label={label} className={cn(LIST, !bare && "border-b border-line")} activateOnFocus>
        {items.map((item) => (
          <Base.Tab key={item.value} value={item.value} className={cn(TAB, item.value === value && ACTIVE)}>
            {item.label}
            <TabCount count={item.count} />
          </Base.Tab>
        ))}
      </Base.List>
      {items.map((item) => (
        <Base.Panel key={item.value} value={item.value} className="outline-none">
          {children ?? item.content}
        </Base.Panel>
      ))}
    </Base.Root>
  );
}

export interface LinkTab {
  href: string;
  label: string;
  count?: number | null;
  active: boolean;
}

/** Tabs that are pages of their own. */
export function LinkTabs({
  items,
  label,
  className,
}: {
  items: readonly LinkTab[];
  label: string;
  className?: string;
}) {
  return (
    <nav aria-label={label} className={cn(LIST, "border-b border-line", className)}>
      {items.map((item) => (
        <Link
          key={item.href}
          href={item.href}
          aria-current={item.active ? "page" : undefined}
          className={cn(TAB, "-mb-px", item.active && ACTIVE)}
        >
          {item.label}
          <TabCount count={item.count} />
        </Link>
      ))}
    </nav>
  );
}

function TabCount({ count }: { count?: number | null }) {
  if (count === undefined || count === null) return null;
  return <span className="tabular font-normal text-muted">{formatCount(count)}</span>;
}
