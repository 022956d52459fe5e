"use client";

import { useCallback, useSyncExternalStore } from "react";

const PREFIX = "purse:";
const listeners = new Set<() => void>();

function subscribe(listener: () => void) {
  listeners.add(listener);
  window.addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
  };
}

function read(key: string): string | null {
  try {
    return window.localStorage.getItem(PREFIX + key);
  } catch {
    return null;
  }
}

/** A choice of this person on this device: density, columns, folded sidebar. What is shared lives in the URL. */
export function usePreference<V extends string>(key: string, fallback: V): [V, (value: V) => void] {
  const value = useSyncExternalStore(
    subscribe,
    () => (read(key) ?? fallback) as V,
    () => fallback,
  );
  const set = useCallback(
    (next: V) => {
      try {
        window.localStorage.setItem(PREFIX + key, next);
      } catch {
        // Storage may be full or forbidden; the choice is then forgotten with the page.
      }
      for (const listener of listeners) listener();
    },
    [key],
  );
  return [value, set];
}

export function useShortcutsEnabled(): [boolean, (enabled: boolean) => void] {
  const [value, set] = usePreference<"on" | "off">("single-keys", "on");
  return [value === "on", useCallback((enabled: boolean) => set(enabled ? "on" : "off"), [set])];
}
