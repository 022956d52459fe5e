/**
 * Business time. Services ask here and never call `new Date()`, so that history can be made by the same
 * services under a moved clock (the demo city) and tests can stand at any moment.
 */
import { AsyncLocalStorage } from "node:async_hooks";

const moved = new AsyncLocalStorage<() => Date>();

export function now(): Date {
  return moved.getStore()?.() ?? new Date();
}

/** Runs `work` with `now()` answering `at` (a moment, or a function for a clock that walks on). */
export function withClock<T>(at: Date | (() => Date), work: () => T): T {
  return moved.run(typeof at === "function" ? at : () => at, work);
}
