"use client";

import { ChevronsUpDown, PanelLeft } from "lucide-react";
import Link from "next/link";
import { Logo } from "@/components/frame/logo";
import type { FrameOrganisation, NavGroup, NavItem } from "@/components/frame/types";
import { formatCount } from "@/components/money/format-count";
import { cn } from "@/components/ui/cn";
import { Menu, type MenuEntry } from "@/components/ui/menu";
import { Tooltip } from "@/components/ui/tooltip";

interface SidebarProps {
  organisation: FrameOrganisation;
  organisations: readonly FrameOrganisation[];
  groups: readonly NavGroup[];
  activeHref: string | null;
  collapsed: boolean;
  onToggle?: () => void;
  /** Called when a link is followed: closes the drawer on a phone. */
  onNavigate?: () => void;
}

export function Sidebar(props: SidebarProps) {
  const { organisation, organisations, groups, activeHref, collapsed, onToggle, onNavigate } = props;
  return (
    <div className="flex h-full flex-col overflow-y-auto bg-panel">
      <div className={cn("px-2.5 pb-2 pt-3", collapsed && "px-2")}>
        <OrganisationSwitcher
          organisation={organisation}
          organisations={organisations}
          collapsed={collapsed}
        />
      </div>
      <nav aria-label="Main" className="flex-1 px-2.5 pb-3">
        {groups.map((group, index) => (
          <div key={group.label ?? index} className={cn(index > 0 && "mt-4")}>
            {group.label ? (
              collapsed ? (
                <div aria-hidden className="mx-2 mb-2 border-t border-line" />
              ) : (
                <p className="px-2 pb-1 text-xs text-muted">{group.label}</p>
              )
            ) : null}
            <ul className="grid gap-px">
              {group.items.map((item) => (
                <li key={item.href}>
                  <SidebarLink
                    item={item}
                    active={item.href === activeHref}
                    collapsed={collapsed}
                    onNavigate={onNavigate}
                  />
                </li>
              ))}
            </ul>
          </div>
        ))}
      </nav>
      {onToggle ? (
        <div className="border-t border-line-soft p-2.5">
          <button
            type="button"
            onClick={onToggle}
            aria-expanded={!collapsed}
            className="flex h-8 w-full items-center gap-2.5 rounded-md px-2 text-sm text-muted hover:bg-hover hover:text-ink"
          >
            <PanelLeft aria-hidden className="size-4 shrink-0" />
            <span className={cn(collapsed && "sr-only")}>
              {collapsed ? "Unfold the sidebar" : "Fold the sidebar"}
            </span>
          </button>
        </div>
      ) : null}
    </div>
  );
}

function SidebarLink({
  item,
  active,
  collapsed,
  onNavigate,
}: {
  item: NavItem;
  active: boolean;
  collapsed: boolean;
  onNavigate?: () => void;
}) {
  const counted = item.count !== undefined && item.count !== null && item.count > 0;
  return (
    <Tooltip content={collapsed ? item.label : ""} side="right">
      <Link
        href={item.href}
        onClick={onNavigate}
        aria-current={active ? "page" : undefined}
        className={cn(
          "relative flex h-8 items-center gap-2.5 rounded-md px-2 text-sm transition-colors [&>svg]:size-4 [&>svg]:shrink-0",
          active ? "bg-accent-soft font-medium text-accent" : "text-muted hover:bg-hover hover:text-ink",
          collapsed && "justify-center",
        )}
      >
        {item.icon}
        <span className={cn("min-w-0 flex-1 truncate", collapsed && "sr-only")}>{item.label}</span>
        {counted ? (
          collapsed ? (
            <span aria-hidden className="absolute right-1 top-1 size-1.5 rounded-full bg-accent" />
          ) : (
            <span
              className={cn(
                "tabular inline-flex h-[18px] min-w-[18px] items-center justify-center rounded-full px-1.5 text-2xs font-medium",
                item.countTone === "accent" ? "bg-accent text-on-accent" : "bg-neutral-soft text-muted",
              )}
            >
              {formatCount(item.count ?? 0)}
            </span>
          )
        ) : null}
      </Link>
    </Tooltip>
  );
}

function OrganisationSwitcher({
  organisation,
  organisations,
  collapsed,
}: Pick<SidebarProps, "organisation" | "organisations" | "collapsed">) {
  const identity = (
    <>
      <Logo />
      <span className={cn("min-w-0 flex-1 text-left", collapsed && "sr-only")}>
        <span
          title={organisation.name}
          className="block truncate text-sm font-semibold leading-[18px] text-ink"
        >
          {organisation.name}
        </span>
        <span className="block truncate text-xs text-muted">{organisation.portal}</span>
      </span>
    </>
  );
  const shape = cn("flex w-full items-center gap-2.5 rounded-lg p-1.5", collapsed && "justify-center p-1.5");
  if (organisations.length < 2) return <div className={shape}>{identity}</div>;
  const entries: MenuEntry[] = [
    { kind: "label", label: "Go to" },
    ...organisations.map((other) => ({
      label: <span className={cn(other.id === organisation.id && "font-medium")}>{other.name}</span>,
      hint: other.portal,
      href: other.href,
    })),
  ];
  return (
    <Menu
      align="start"
      className="w-64"
      entries={entries}
      trigger={
        <button
          type="button"
          aria-label={`${organisation.name}, ${organisation.portal}. Change organisation`}
          className={cn(shape, "transition-colors hover:bg-hover data-popup-open:bg-hover")}
        >
          {identity}
          {collapsed ? null : <ChevronsUpDown aria-hidden className="size-4 shrink-0 text-muted" />}
        </button>
      }
    />
  );
}
