"use client";

import { useEffect, useRef } from "react";
import type { Verdict } from "@/components/review/case-types";
import { REASON_HINTS, REASON_LABELS, REASONS_OF } from "@/components/review/decision-words";
import { Dialog } from "@/components/ui/dialog";
import { Kbd } from "@/components/ui/kbd";
import type { DecisionReason } from "@/server/fraud/constants";

interface ReasonDialogProps {
  /** What is about to be decided; null while nothing is. */
  verdict: Verdict | null;
  /** "48.20 EUR at EV charger 0417" */
  subject: string;
  onReason: (verdict: Verdict, reason: DecisionReason) => void;
  onClose: () => void;
}

/** Asks why, with one more key: 1, 2 or 3. Enter takes the first. */
export function ReasonDialog({ verdict, subject, onReason, onClose }: ReasonDialogProps) {
  const reasons = verdict ? REASONS_OF[verdict] : [];
  const first = useRef<HTMLButtonElement>(null);

  // Heard wherever the focus is, so that the second key may follow the first at once.
  useEffect(() => {
    if (!verdict) return;
    function press(event: KeyboardEvent) {
      if (!verdict || event.repeat || event.altKey || event.ctrlKey || event.metaKey) return;
      const reason = REASONS_OF[verdict][Number(event.key) - 1];
      if (!reason) return;
      event.preventDefault();
      onReason(verdict, reason);
    }
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [verdict, onReason]);

  return (
    <Dialog
      open={verdict !== null}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      size="sm"
      initialFocus={first}
      title={verdict === "approve" ? "Why do you approve it?" : "Why do you decline it?"}
      description={`${subject}. The reason is kept with the decision.`}
    >
      <div className="grid gap-1.5">
        {reasons.map((reason, index) => (
          <button
            key={reason}
            ref={index === 0 ? first : undefined}
            type="button"
            aria-keyshortcuts={String(index + 1)}
            onClick={() => verdict && onReason(verdict, reason)}
            className="flex items-center gap-3 rounded-lg border border-line px-3 py-2 text-left text-sm hover:border-line-strong hover:bg-hover"
          >
            <Kbd>{String(index + 1)}</Kbd>
            <span className="min-w-0">
              <span className="block font-medium">{REASON_LABELS[reason]}</span>
              <span className="block text-xs text-muted">{REASON_HINTS[reason]}</span>
            </span>
          </button>
        ))}
      </div>
    </Dialog>
  );
}
