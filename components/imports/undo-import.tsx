"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { ImportItem } from "@/components/imports/import-words";
import { WhoGivesBack } from "@/components/imports/who-gives-back";
import { formatAmount } from "@/components/money/format-amount";
import { formatCount } from "@/components/money/format-count";
import { Field } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { Input } from "@/components/ui/input";
import { showToast } from "@/components/ui/toast";
import { useOperatorTrpc } from "@/server/trpc/client";
import { callErrorOf } from "@/server/trpc/query-client";

const NO_ANSWER = "The server did not answer. Look at the import before you repeat it.";

/** Takes a whole import back: at once while nothing of it is settled, and afterwards by a second person. */
export function UndoImport({ item, onClose }: { item: ImportItem; onClose: () => void }) {
  const trpc = useOperatorTrpc();
  const queryClient = useQueryClient();
  const [reason, setReason] = useState("");
  const [asked, setAsked] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isSettled, setIsSettled] = useState(false);
  const undo = useMutation(trpc.imports.undo.mutationOptions());
  const propose = useMutation(trpc.confirmations.proposeUndo.mutationOptions());
  const fault = reason.trim().length < 3 ? "Say why, in a few words." : undefined;
  const { amount, currency } = item.acceptedAmount;

  async function send() {
    setAsked(true);
    setRefusal(null);
    if (fault) return;
    const request = { importId: item.id, reason: reason.trim() };
    try {
      if (isSettled) {
        await propose.mutateAsync(request);
        showToast({
          title: `To undo ${item.fileName} is proposed`,
          description: "A second person confirms it.",
        });
      } else {
        await undo.mutateAsync(request);
        showToast({ title: `${item.fileName} is undone`, tone: "arrived" });
      }
      onClose();
    } catch (error) {
      const said = callErrorOf(error);
      if (said?.reason === "import_settled") setIsSettled(true);
      else setRefusal(said?.message ?? NO_ANSWER);
    } finally {
      await Promise.all([
        queryClient.invalidateQueries(trpc.imports.pathFilter()),
        queryClient.invalidateQueries(trpc.confirmations.pathFilter()),
      ]);
    }
  }

  return (
    <FormDialog
      onClose={onClose}
      title={isSettled ? "Propose to undo this import" : "Undo this import"}
      description={
        isSettled
          ? "Payments of it are in a settlement run. When a second person confirms it, every payment is given back, and the next run takes each share back from whoever has it."
          : `${formatCount(item.rows.accepted)} payments of ${item.merchant.name}, ${formatAmount(amount, { currency })} ${currency}, are given back. The file may then be imported again.`
      }
      action={isSettled ? "Propose" : "Undo the import"}
      pending={undo.isPending || propose.isPending}
      onSubmit={() => void send()}
      refusal={refusal}
    >
      {isSettled ? <WhoGivesBack importId={item.id} className="sm:col-span-2" /> : null}
      <Field
        label="Reason"
        hint="It stands on every payment that is given back."
        error={asked ? fault : undefined}
        className="sm:col-span-2"
      >
        <Input value={reason} maxLength={300} onChange={(event) => setReason(event.currentTarget.value)} />
      </Field>
    </FormDialog>
  );
}
