"use client";

/**
 * Decisions that can still be undone. They live beside the pages, so that going to another page of the console does
 * not lose them; what is not sent yet is lost when the tab is closed, and the browser asks before it closes.
 */
import { useSyncExternalStore } from "react";
import type { Verdict } from "@/components/review/case-types";
import { closeToast, showToast, UNDO_SECONDS } from "@/components/ui/toast";

interface PendingDecision {
  verdict: Verdict;
  undo: () => void;
}

const NONE: ReadonlyMap<string, PendingDecision> = new Map();
let pending: ReadonlyMap<string, PendingDecision> = NONE;
const listeners = new Set<() => void>();

function set(next: ReadonlyMap<string, PendingDecision>): void {
  const was = pending.size;
  pending = next;
  if (was === 0 && next.size > 0) window.addEventListener("beforeunload", warn);
  if (was > 0 && next.size === 0) window.removeEventListener("beforeunload", warn);
  for (const listener of listeners) listener();
}

function warn(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

function remove(caseId: string): void {
  const next = new Map(pending);
  next.delete(caseId);
  set(next);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** By case; the cases in it are as good as decided. */
export function usePendingDecisions(): ReadonlyMap<string, PendingDecision> {
  return useSyncExternalStore(
    subscribe,
    () => pending,
    () => NONE,
  );
}

interface DecisionRequest {
  caseId: string;
  verdict: Verdict;
  title: string;
  description: string;
  /** Called once, when the time to undo is over. */
  send: () => Promise<void>;
  onUndo: () => void;
}

/** Keeps a decision back for six seconds. A case that waits already is left as it is. */
export function holdDecision(request: DecisionRequest): void {
  const { caseId, verdict, title, description, send, onUndo } = request;
  if (pending.has(caseId)) return;
  let settled = false;
  const expire = () => {
    if (settled) return;
    settled = true;
    clearTimeout(timer);
    void send().finally(() => remove(caseId));
  };
  const undo = () => {
    if (settled) return;
    settled = true;
    clearTimeout(timer);
    remove(caseId);
    closeToast(toast);
    onUndo();
  };
  const toast = showToast({
    title,
    description,
    tone: verdict === "approve" ? "arrived" : "loss",
    undo,
    onExpire: expire,
  });
  // Toasts stop their clocks while the window is out of sight; a decision does not wait for that.
  const timer = setTimeout(() => {
    expire();
    closeToast(toast);
  }, UNDO_SECONDS * 1000);
  set(new Map(pending).set(caseId, { verdict, undo }));
}

/** Takes back the newest decision that can still be taken back; false when there is none. */
export function undoLast(): boolean {
  const last = [...pending.values()].at(-1);
  last?.undo();
  return last !== undefined;
}
