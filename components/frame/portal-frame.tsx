"use client";

import { Dialog } from "@base-ui/react/dialog";
import { Menu as MenuIcon, Moon, Search, Sun } from "lucide-react";
import dynamic from "next/dynamic";
import { usePathname } from "next/navigation";
import { useTheme } from "next-themes";
import { type CSSProperties, type ReactNode, useEffect, useMemo, useState } from "react";
import { CrumbsProvider, FrameBreadcrumb } from "@/components/frame/crumbs";
import { Sidebar } from "@/components/frame/sidebar";
import { AccountMenu, ThemeSwitch, ZoneChip } from "@/components/frame/top-bar-controls";
import type {
  FrameOrganisation,
  FrameUser,
  NavGroup,
  PaletteAction,
  PaletteSearch,
} from "@/components/frame/types";
import { ZoneProvider } from "@/components/time/zone-context";
import { DemoStrip } from "@/components/ui/banner";
import { cn } from "@/components/ui/cn";
import { IconButton } from "@/components/ui/icon-button";
import { Kbd } from "@/components/ui/kbd";
import type { MenuEntry } from "@/components/ui/menu";
import { usePreference } from "@/components/ui/use-preference";

// Comes when it is first asked for.
const CommandPalette = dynamic(
  () => import("@/components/frame/command-palette").then((module) => module.CommandPalette),
  { ssr: false },
);

export interface PortalFrameProps {
  organisation: FrameOrganisation;
  /** All that the user may go to; with fewer than two there is no switcher. */
  organisations: readonly FrameOrganisation[];
  groups: readonly NavGroup[];
  user: FrameUser;
  /** Above "Single-key shortcuts" and "Sign out" in the account menu. */
  accountEntries?: readonly MenuEntry[];
  onSignOut?: () => void;
  /** IANA zone of the program or, without one, of the organisation, and what people call the place. */
  zone: string;
  place?: string;
  /** The server's business time at rendering, ISO. */
  serverNow?: string;
  /** Shows the strip that says that the data is invented; a node replaces its words. */
  demo?: boolean | ReactNode;
  /** Finds by id or name for the palette. */
  onSearch?: PaletteSearch;
  actions?: readonly PaletteAction[];
  children: ReactNode;
}

/** The longest path of the navigation that the current path is at or below. */
function findActive(groups: readonly NavGroup[], pathname: string) {
  let best: NavGroup["items"][number] | null = null;
  for (const item of groups.flatMap((group) => group.items)) {
    const matches = pathname === item.href || (!item.exact && pathname.startsWith(`${item.href}/`));
    if (matches && item.href.length > (best?.href.length ?? -1)) best = item;
  }
  return best;
}

/** Sidebar, top bar and palette around every page of a portal. Portals only hand over their configuration. */
export function PortalFrame(props: PortalFrameProps) {
  const { organisation, organisations, groups, user, zone, place, serverNow, demo, onSearch, children } =
    props;
  const pathname = usePathname();
  const { resolvedTheme, setTheme } = useTheme();
  const [folded, setFolded] = usePreference<"yes" | "no">("sidebar-folded", "no");
  const [drawerOpen, setDrawerOpen] = useState(false);
  const [paletteOpen, setPaletteOpen] = useState(false);
  const [paletteAsked, setPaletteAsked] = useState(false);
  const active = useMemo(() => findActive(groups, pathname), [groups, pathname]);
  const collapsed = folded === "yes";

  useEffect(() => {
    function press(event: KeyboardEvent) {
      if (event.key.toLowerCase() === "k" && (event.metaKey || event.ctrlKey)) {
        event.preventDefault();
        setPaletteAsked(true);
        // Pressed again while it is still on its way, it stays; Escape closes it.
        setPaletteOpen(true);
      }
    }
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);

  const actions: PaletteAction[] = [
    ...(props.actions ?? []),
    {
      id: "theme",
      label: resolvedTheme === "dark" ? "Switch to the light theme" : "Switch to the dark theme",
      icon: resolvedTheme === "dark" ? <Sun /> : <Moon />,
      run: () => setTheme(resolvedTheme === "dark" ? "light" : "dark"),
    },
  ];
  const sidebar = { organisation, organisations, groups, activeHref: active?.href ?? null };

  return (
    <ZoneProvider zone={zone} place={place} serverNow={serverNow}>
      <CrumbsProvider>
        <a
          href="#content"
          className="fixed left-3 top-2 z-70 -translate-y-16 rounded-md bg-accent px-3 py-1.5 text-sm text-on-accent focus:translate-y-0"
        >
          Skip to content
        </a>
        <div
          className={cn(
            "min-h-dvh lg:grid",
            collapsed ? "lg:grid-cols-[57px_1fr]" : "lg:grid-cols-[232px_1fr]",
          )}
          style={{ "--frame-top": demo ? "calc(var(--topbar) + 26px)" : "var(--topbar)" } as CSSProperties}
        >
          <aside className="sticky top-0 hidden h-dvh border-r border-line bg-panel lg:block">
            <Sidebar
              {...sidebar}
              collapsed={collapsed}
              onToggle={() => setFolded(collapsed ? "no" : "yes")}
            />
          </aside>
          <div className="flex min-w-0 flex-col">
            <header className="sticky top-0 z-30 bg-panel">
              {demo ? <DemoStrip>{demo === true ? undefined : demo}</DemoStrip> : null}
              <div className="flex h-topbar items-center gap-2 border-b border-line px-3 md:gap-3 md:px-5">
                <IconButton
                  label="Open the navigation"
                  hint={false}
                  icon={<MenuIcon />}
                  className="lg:hidden"
                  onClick={() => setDrawerOpen(true)}
                />
                <FrameBreadcrumb
                  base={
                    active ? [{ label: active.label, href: active.href }] : [{ label: organisation.name }]
                  }
                />
                <button
                  type="button"
                  onClick={() => {
                    setPaletteAsked(true);
                    setPaletteOpen(true);
                  }}
                  aria-label="Find a payment, device or case"
                  aria-keyshortcuts="Meta+K Control+K"
                  className="flex h-8 items-center gap-2 rounded-md border border-line bg-bg px-2.5 text-sm text-muted transition-colors hover:border-line-strong max-md:w-8 max-md:justify-center max-md:px-0 md:w-52 xl:w-72"
                >
                  <Search aria-hidden className="size-4 shrink-0" />
                  <span className="min-w-0 flex-1 truncate text-left max-md:hidden">
                    Find a payment, device, case…
                  </span>
                  <Kbd className="max-md:hidden">⌘K</Kbd>
                </button>
                <ZoneChip />
                <ThemeSwitch />
                <AccountMenu user={user} entries={props.accountEntries} onSignOut={props.onSignOut} />
              </div>
            </header>
            <main id="content" tabIndex={-1} className="min-w-0 flex-1 outline-none">
              {children}
            </main>
          </div>
        </div>
        <Dialog.Root open={drawerOpen} onOpenChange={(open) => setDrawerOpen(open)}>
          <Dialog.Portal>
            <Dialog.Backdrop className="fixed inset-0 z-40 bg-overlay" />
            <Dialog.Popup
              aria-label="Navigation"
              className="fixed inset-y-0 left-0 z-50 w-72 max-w-[85vw] border-r border-line bg-panel shadow-pop outline-none transition-transform data-ending-style:-translate-x-full data-starting-style:-translate-x-full"
            >
              <Sidebar {...sidebar} collapsed={false} onNavigate={() => setDrawerOpen(false)} />
            </Dialog.Popup>
          </Dialog.Portal>
        </Dialog.Root>
        {paletteAsked ? (
          <CommandPalette
            open={paletteOpen}
            onOpenChange={setPaletteOpen}
            groups={groups}
            actions={actions}
            onSearch={onSearch}
          />
        ) : null}
      </CrumbsProvider>
    </ZoneProvider>
  );
}
