"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { ImportItem } from "@/components/imports/import-words";
import { formatCount } from "@/components/money/format-count";
import { Field } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { Input } from "@/components/ui/input";
import { showToast } from "@/components/ui/toast";
import { useOperatorTrpc } from "@/server/trpc/client";
import { callErrorOf } from "@/server/trpc/query-client";

/** Takes a whole import back, while nothing of it is settled. */
export function UndoImport({ item, onClose }: { item: ImportItem; onClose: () => void }) {
  const trpc = useOperatorTrpc();
  const queryClient = useQueryClient();
  const [reason, setReason] = useState("");
  const [asked, setAsked] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const undo = useMutation(trpc.imports.undo.mutationOptions());
  const fault = reason.trim().length < 3 ? "Say why, in a few words." : undefined;
  const { amount, currency } = item.acceptedAmount;

  async function send() {
    setAsked(true);
    setRefusal(null);
    if (fault) return;
    try {
      await undo.mutateAsync({ importId: item.id, reason: reason.trim() });
      showToast({ title: `${item.fileName} is undone`, tone: "arrived" });
      onClose();
    } catch (error) {
      setRefusal(
        callErrorOf(error)?.message ?? "The server did not answer. Look at the import before you repeat it.",
      );
    } finally {
      await queryClient.invalidateQueries(trpc.imports.pathFilter());
    }
  }

  return (
    <FormDialog
      onClose={onClose}
      title="Undo this import"
      description={`${formatCount(item.rows.accepted)} payments of ${item.merchant.name}, ${amount} ${currency}, are given back. The file may then be imported again.`}
      action="Undo the import"
      pending={undo.isPending}
      onSubmit={() => void send()}
      refusal={refusal}
    >
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
