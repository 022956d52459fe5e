"use client";

import { Clock, Keyboard, LogOut, Monitor, Moon, Sun, SunMoon } from "lucide-react";
import { useTheme } from "next-themes";
import type { FrameUser } from "@/components/frame/types";
import { formatOffset } from "@/components/time/format-in-zone";
import { useNow } from "@/components/time/use-now";
import { useZone } from "@/components/time/zone-context";
import { Avatar } from "@/components/ui/avatar";
import { IconButton } from "@/components/ui/icon-button";
import { Menu, type MenuEntry } from "@/components/ui/menu";
import { Tooltip } from "@/components/ui/tooltip";
import { useShortcutsEnabled } from "@/components/ui/use-preference";

/** The zone all times on the page are in, with the offset in force now. */
export function ZoneChip() {
  const { zone, place } = useZone();
  const now = useNow(60);
  const name = place ?? zone.split("/").at(-1)?.replaceAll("_", " ") ?? zone;
  return (
    <Tooltip content={`All times are in ${zone}`} side="bottom">
      <span
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the zone's full name must be reachable by keyboard.
        tabIndex={0}
        className="flex h-8 shrink-0 items-center gap-1.5 rounded-md border border-line px-2.5 text-sm text-muted"
      >
        <Clock aria-hidden className="size-4" />
        <span className="tabular">{now === null ? "" : formatOffset(now, zone)}</span>
        <span className="max-lg:hidden">{name}</span>
      </span>
    </Tooltip>
  );
}

const THEMES = [
  { value: "light", label: "Light", icon: <Sun /> },
  { value: "dark", label: "Dark", icon: <Moon /> },
  { value: "system", label: "As the system", icon: <Monitor /> },
];

export function ThemeSwitch() {
  const { theme, setTheme } = useTheme();
  return (
    <Menu
      trigger={
        <IconButton
          label="Theme"
          variant="secondary"
          hint={false}
          icon={<SunMoon />}
          className="text-muted"
        />
      }
      entries={THEMES.map((choice) => ({
        label: choice.label,
        icon: choice.icon,
        checked: theme === choice.value,
        onSelect: () => setTheme(choice.value),
      }))}
    />
  );
}

interface AccountMenuProps {
  user: FrameUser;
  entries?: readonly MenuEntry[];
  onSignOut?: () => void;
}

export function AccountMenu({ user, entries = [], onSignOut }: AccountMenuProps) {
  const [shortcuts, setShortcuts] = useShortcutsEnabled();
  const all: MenuEntry[] = [
    ...entries,
    {
      label: "Single-key shortcuts",
      icon: <Keyboard />,
      checked: shortcuts,
      stay: true,
      onSelect: () => setShortcuts(!shortcuts),
    },
    ...(onSignOut
      ? ([
          { kind: "separator" },
          { label: "Sign out", icon: <LogOut />, onSelect: onSignOut },
        ] satisfies MenuEntry[])
      : []),
  ];
  return (
    <Menu
      className="w-60"
      trigger={
        <button type="button" aria-label={`Account of ${user.name}`} className="rounded-full">
          <Avatar name={user.name} className="transition-colors hover:border-line-strong hover:text-ink" />
        </button>
      }
      header={
        <div className="mb-1 border-b border-line-soft px-2 pb-2 pt-1">
          <p className="truncate text-sm font-medium">{user.name}</p>
          <p className="truncate text-xs text-muted">{user.email}</p>
          {user.role ? <p className="text-xs text-muted">{user.role}</p> : null}
        </div>
      }
      entries={all}
    />
  );
}
