"use client";

import { useCallback, useSyncExternalStore } from "react";
import { useZone } from "@/components/time/zone-context";

/** One ticking clock for the whole page: a thousand relative times cost one timer. */
const listeners = new Set<() => void>();
let second = 0;
let timer: ReturnType<typeof setInterval> | undefined;

function tick() {
  second = Math.floor(Date.now() / 1000);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  if (!timer) {
    second = Math.floor(Date.now() / 1000);
    timer = setInterval(tick, 1000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The server's time in milliseconds, stepping each `stepSeconds`. Null on the server unless it said its time. */
export function useNow(stepSeconds = 1): number | null {
  const { skew, renderedAt } = useZone();
  const snapshot = useCallback(() => {
    const now = second || Math.floor(Date.now() / 1000);
    return Math.floor(now / stepSeconds) * stepSeconds * 1000 + skew;
  }, [stepSeconds, skew]);
  return useSyncExternalStore(subscribe, snapshot, () => renderedAt);
}
