"use client";

import { Keyboard } from "lucide-react";
import { formatCount } from "@/components/money/format-count";
import { QUEUE_TABS, type QueueTab } from "@/components/review/use-review-queue";
import { Badge } from "@/components/ui/badge";
import { cn } from "@/components/ui/cn";
import { Kbd } from "@/components/ui/kbd";

const LABELS: Record<QueueTab, string> = {
  loss: "By loss",
  time: "By time",
  mine: "Mine",
  escalated: "Escalated",
  decided: "Decided",
};

const HINTS: Record<QueueTab, string> = {
  loss: "Most to lose first: amount times score",
  time: "What the policy declines next comes first",
  mine: "Claimed by you",
  escalated: "Handed on by a reviewer",
  decided: "Decided today",
};

interface QueueHeadProps {
  tab: QueueTab;
  onTab: (tab: QueueTab) => void;
  /** In words, because of "100+". */
  counts: Partial<Record<QueueTab, string>>;
  dueSoon: number;
}

/** Title, counts and the orders of the queue. Stays while the list scrolls. */
export function QueueHead({ tab, onTab, counts, dueSoon }: QueueHeadProps) {
  return (
    <div className="sticky top-0 z-10 border-b border-line bg-panel px-4 pt-4">
      <div className="flex flex-wrap items-center gap-2">
        <p aria-hidden className="text-xl font-semibold tracking-[-0.01em]">
          Review queue
        </p>
        {counts.loss === undefined ? null : <Badge>{counts.loss} open</Badge>}
        {dueSoon > 0 ? <Badge tone="loss">{formatCount(dueSoon)} due soon</Badge> : null}
      </div>
      <nav
        aria-label="Order of the queue"
        className="mt-1.5 flex gap-3.5 overflow-x-auto [scrollbar-width:none]"
      >
        {QUEUE_TABS.map((each) => {
          const count = each === "loss" || counts[each] === "0" ? undefined : counts[each];
          return (
            <button
              key={each}
              type="button"
              aria-pressed={each === tab}
              title={HINTS[each]}
              onClick={() => onTab(each)}
              className={cn(
                "-mb-px flex h-9 shrink-0 items-center gap-1 border-b-2 text-sm outline-offset-[-2px] transition-colors",
                each === tab
                  ? "border-accent font-medium text-ink"
                  : "border-transparent text-muted hover:text-ink",
              )}
            >
              {LABELS[each]}
              {count ? <span className="tabular font-normal text-muted">{count}</span> : null}
            </button>
          );
        })}
      </nav>
    </div>
  );
}

const KEYS: readonly { keys: readonly string[]; does: string }[] = [
  { keys: ["j", "k"], does: "move" },
  { keys: ["c"], does: "claim" },
  { keys: ["a"], does: "approve" },
  { keys: ["d"], does: "decline" },
  { keys: ["e"], does: "escalate" },
];

/** The keys, under the list; where they are switched off, how to have them. */
export function QueueFooter({ keysOn, onHelp }: { keysOn: boolean; onHelp: () => void }) {
  return (
    <div className="flex items-start justify-between gap-2">
      {keysOn ? (
        KEYS.map(({ keys, does }) => (
          <span key={does} aria-hidden className="text-xs text-muted max-lg:hidden">
            <span className="flex gap-0.5">
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </span>
            <span className="mt-0.5 block">{does}</span>
          </span>
        ))
      ) : (
        <span className="text-xs text-muted">Single-key shortcuts are off.</span>
      )}
      <button
        type="button"
        onClick={onHelp}
        className="flex flex-col items-start rounded-sm text-xs text-muted hover:text-ink"
      >
        {keysOn ? <Kbd>?</Kbd> : <Keyboard aria-hidden className="size-4" />}
        <span className="mt-0.5 block">
          all<span className="sr-only"> keys of the queue</span>
        </span>
      </button>
    </div>
  );
}
