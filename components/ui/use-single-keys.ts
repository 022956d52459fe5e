"use client";

import { useEffect, useRef } from "react";
import { useShortcutsEnabled } from "@/components/ui/use-preference";

function isBusyElsewhere(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return true;
  const target = event.target;
  if (target instanceof HTMLElement) {
    if (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return true;
    if (target.closest("[role=menu],[role=listbox]")) return true;
  }
  // A toast is a dialog too, but one beside which the work goes on.
  return document.querySelector(":is([role=dialog],[role=alertdialog]):not([data-toast])") !== null;
}

/**
 * Single keys for a page: `{ j: next, k: previous, "?": help }`. Silent while somebody types, while a dialog is open,
 * and when single-key shortcuts are switched off in the account menu. Returns whether they are on, to show or hide hints.
 */
export function useSingleKeys(keys: Record<string, () => void>): boolean {
  const [enabled] = useShortcutsEnabled();
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    if (!enabled) return;
    function press(event: KeyboardEvent) {
      if (isBusyElsewhere(event)) return;
      const act = latest.current[event.key];
      if (!act) return;
      event.preventDefault();
      act();
    }
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [enabled]);
  return enabled;
}
