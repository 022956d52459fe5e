"use client";

import { useMutation } from "@tanstack/react-query";
import { Undo2 } from "lucide-react";
import { useState } from "react";
import { formatAmount } from "@/components/money/format-amount";
import type { CaseFile } from "@/components/review/case-types";
import { REASON_HINTS, REASON_LABELS, REASONS_OF } from "@/components/review/decision-words";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { showToast } from "@/components/ui/toast";
import type { DecisionReason } from "@/server/fraud/constants";
import { useOperatorTrpc } from "@/server/trpc/client";

/** Lets a second person say that another verdict was right, and says beforehand what that does to the money. */
export function OverturnDecision({ file, onDone }: { file: CaseFile; onDone: () => Promise<unknown> }) {
  const trpc = useOperatorTrpc();
  const overturn = useMutation(trpc.cases.overturn.mutationOptions());
  const { case: found, payment } = file;
  const verdict = found.state === "approved" ? "declined" : "approved";
  const reasons = REASONS_OF[verdict === "approved" ? "approve" : "decline"];
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState<DecisionReason>(reasons[0] ?? "cannot_tell");
  const [note, setNote] = useState("");
  return (
    <>
      <Button size="sm" icon={<Undo2 />} onClick={() => setOpen(true)}>
        Overturn…
      </Button>
      <ConfirmDialog
        open={open}
        onOpenChange={setOpen}
        title={verdict === "declined" ? "Should it have been declined?" : "Should it have been approved?"}
        consequence={consequenceOf(file, verdict)}
        confirmLabel="Overturn the decision"
        danger={verdict === "declined"}
        onConfirm={async () => {
          if (note.trim().length < 3) return "Say what the first decision missed.";
          const { refunded } = await overturn.mutateAsync({
            caseId: found.id,
            verdict,
            reason,
            note: note.trim(),
          });
          await onDone();
          showToast({
            title: "The decision is overturned",
            description: refunded
              ? `${formatAmount(payment.captured.amount, payment.captured)} ${payment.captured.currency} went back to ${payment.instrument}.`
              : "No money moved.",
          });
          return undefined;
        }}
      >
        <Field label="Reason">
          <Select
            value={reason}
            onValueChange={(next) => setReason(reasons.find((each) => each === next) ?? reason)}
            options={reasons.map((value) => ({
              value,
              label: REASON_LABELS[value],
              hint: REASON_HINTS[value],
            }))}
          />
        </Field>
        <Field label="What did the first decision miss?">
          <Textarea
            rows={3}
            maxLength={4000}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
        </Field>
      </ConfirmDialog>
    </>
  );
}

function consequenceOf({ payment, case: found }: CaseFile, verdict: "approved" | "declined"): string {
  const by = found.decision?.by ?? "a reviewer";
  if (verdict === "approved") {
    return `${by} declined it and the hold is gone, so no money moves. The label is corrected and the payer may pay again.`;
  }
  const { currency } = payment.amount;
  if (payment.state === "authorised") {
    return `${by} approved it and the device has not captured it yet: the hold of ${formatAmount(payment.amount.amount, payment.amount)} ${currency} is released.`;
  }
  return `${by} approved it. What is left of ${formatAmount(payment.captured.amount, payment.captured)} ${currency} goes back to ${payment.instrument} now, and the same is taken back from everybody who got a part of it.`;
}
