"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { RulesProgram } from "@/components/limits/rules-frame";
import { SubjectPicker } from "@/components/limits/subject-picker";
import { readAmount } from "@/components/money/read-amount";
import { unitWords } from "@/components/payments/payment-words";
import { Field } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { Input } from "@/components/ui/input";
import type { SelectOption } from "@/components/ui/select";
import { showToast } from "@/components/ui/toast";
import { type AllowanceView, UNIT } from "@/server/payments/schema/limits";
import { useOperatorTrpc } from "@/server/trpc/client";
import { callErrorOf } from "@/server/trpc/query-client";

interface EditAllowanceProps {
  program: RulesProgram;
  /** Null for a new one. */
  allowance: AllowanceView | null;
  onClose: () => void;
}

const QUANTITY = /^\d{1,10}(\.\d{1,6})?$/;

/** Gives a payer so much of a unit each month, or changes how much. */
export function EditAllowance({ program, allowance, onClose }: EditAllowanceProps) {
  const trpc = useOperatorTrpc();
  const queryClient = useQueryClient();
  const [payer, setPayer] = useState<SelectOption | null>(
    allowance ? { value: allowance.payer.id, label: allowance.payer.reference } : null,
  );
  const [unit, setUnit] = useState(allowance?.unit ?? "kwh");
  const [typed, setTyped] = useState(allowance?.monthly ?? "");
  const monthly = readAmount(typed) ?? typed.trim();
  const [asked, setAsked] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const grant = useMutation(trpc.allowances.grant.mutationOptions());

  const faults = {
    payer: payer ? undefined : "Choose who gets it.",
    unit: UNIT.test(unit) ? undefined : "Lower case letters, digits and underscores, such as kwh.",
    monthly: QUANTITY.test(monthly) && Number(monthly) > 0 ? undefined : "A quantity above zero, such as 60.",
  };
  const sound = !faults.payer && !faults.unit && !faults.monthly;

  async function send() {
    setAsked(true);
    setRefusal(null);
    if (!sound || !payer) return;
    try {
      const made = await grant.mutateAsync({ programId: program.id, payerId: payer.value, unit, monthly });
      await queryClient.invalidateQueries(trpc.allowances.pathFilter());
      showToast({
        title: made.created ? "The allowance is granted" : "The allowance is changed",
        description: `${payer.label}: ${monthly} ${unitWords(unit)} a month`,
        tone: "arrived",
      });
      onClose();
    } catch (error) {
      setRefusal(callErrorOf(error)?.message ?? "The server did not answer. Nothing was changed.");
    }
  }

  return (
    <FormDialog
      onClose={onClose}
      title={allowance ? "Change the allowance" : "Grant an allowance"}
      description={
        allowance
          ? "It holds from the next payment on. What this month has used stays used."
          : "It is whole from the start of this month, and begins anew with each month. A payer has one of each unit."
      }
      action={allowance ? "Change the allowance" : "Grant the allowance"}
      pending={grant.isPending}
      onSubmit={() => void send()}
      refusal={refusal}
    >
      {allowance ? (
        <p className="text-sm sm:col-span-2">
          <span className="font-medium">{allowance.payer.reference}</span>
          <span className="text-muted">, {unitWords(unit)} a month</span>
        </p>
      ) : (
        <>
          <Field label="Payer" error={asked ? faults.payer : undefined} className="sm:col-span-2">
            <SubjectPicker programId={program.id} kind="payer" value={payer} onValueChange={setPayer} />
          </Field>
          <Field label="Unit" error={faults.unit} hint="As devices name it: kwh, minutes">
            <Input mono value={unit} onChange={(event) => setUnit(event.currentTarget.value.trim())} />
          </Field>
        </>
      )}
      <Field label="Each month" error={asked || monthly !== "" ? faults.monthly : undefined}>
        <Input
          inputMode="decimal"
          value={typed}
          suffix={unitWords(unit)}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      </Field>
    </FormDialog>
  );
}
