"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { unitWords } from "@/components/payments/payment-words";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { showToast } from "@/components/ui/toast";
import type { AllowanceView } from "@/server/payments/schema/limits";
import { useOperatorTrpc } from "@/server/trpc/client";

/** Blocks an allowance, or lets it be used again; the reason goes to the audit log. */
export function BlockAllowance({ allowance, onClose }: { allowance: AllowanceView; onClose: () => void }) {
  const trpc = useOperatorTrpc();
  const queryClient = useQueryClient();
  const [reason, setReason] = useState("");
  const set = useMutation(trpc.allowances.setBlocked.mutationOptions());
  const { blocked, payer } = allowance;
  const left = `${allowance.left} ${unitWords(allowance.unit)}`;
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={`${blocked ? "Unblock" : "Block"} the allowance of ${payer.reference}?`}
      consequence={
        blocked
          ? `${payer.reference} can use the ${left} that are left this month again, from the next payment on.`
          : `${left} are left this month and can no longer be used: ${payer.reference} pays with money from the next payment on.`
      }
      confirmLabel={blocked ? "Unblock it" : "Block it"}
      danger={!blocked}
      onConfirm={async () => {
        if (reason.trim().length < 3) return "Say why, in a few words.";
        await set.mutateAsync({ allowanceId: allowance.id, blocked: !blocked, reason: reason.trim() });
        await queryClient.invalidateQueries(trpc.allowances.pathFilter());
        showToast({ title: blocked ? "The allowance is unblocked" : "The allowance is blocked" });
        return undefined;
      }}
    >
      <Field label="Reason" hint="It stands in the audit log">
        <Input value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
      </Field>
    </ConfirmDialog>
  );
}
