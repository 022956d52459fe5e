"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { limitSentence, PERIODS, SUBJECTS } from "@/components/limits/limit-words";
import type { RulesProgram } from "@/components/limits/rules-frame";
import { SubjectPicker } from "@/components/limits/subject-picker";
import { readAmount } from "@/components/money/read-amount";
import { Field } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { Input } from "@/components/ui/input";
import { Segmented } from "@/components/ui/segmented";
import { Select, type SelectOption } from "@/components/ui/select";
import { showToast } from "@/components/ui/toast";
import {
  LIMIT_PERIODS,
  LIMIT_SUBJECTS,
  type LimitPeriod,
  type LimitSubject,
} from "@/server/payments/constants";
import type { LimitView } from "@/server/payments/schema/limits";
import { useOperatorTrpc } from "@/server/trpc/client";
import { callErrorOf } from "@/server/trpc/query-client";

interface EditLimitProps {
  program: RulesProgram;
  /** Null for a new one. */
  limit: LimitView | null;
  onClose: () => void;
}

const COUNT = /^\d{1,9}$/;
const AMOUNT = /^\d{1,10}(\.\d{1,3})?$/;

/** Sets a limit, or changes how much the one that stands allows. */
export function EditLimit({ program, limit, onClose }: EditLimitProps) {
  const trpc = useOperatorTrpc();
  const queryClient = useQueryClient();
  const [kind, setKind] = useState<LimitSubject>(limit?.kind ?? "instrument");
  const [one, setOne] = useState(limit?.subject !== null && limit !== null);
  const [chosen, setChosen] = useState<SelectOption | null>(
    limit?.subject ? { value: limit.subject.id, label: limit.subject.label } : null,
  );
  const [period, setPeriod] = useState<LimitPeriod>(limit?.period ?? "day");
  const [payments, setPayments] = useState(limit?.maxPayments?.toString() ?? "");
  const [typed, setTyped] = useState(limit?.maxAmount?.amount ?? "");
  // The figure as the server reads it; what cannot be read stays as it is and is named as a fault.
  const amount = readAmount(typed) ?? typed.trim();
  const [asked, setAsked] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const save = useMutation(trpc.limits.set.mutationOptions());

  const counts = period !== "payment";
  const faults = {
    subject: one && !chosen ? "Choose whom it binds." : null,
    payments:
      counts && payments !== "" && (!COUNT.test(payments) || Number(payments) === 0)
        ? "A whole number above zero."
        : null,
    amount:
      amount !== "" && (!AMOUNT.test(amount) || Number(amount) === 0)
        ? `An amount above zero, such as 150.00.`
        : (!counts || payments === "") && amount === ""
          ? counts
            ? "Say how many payments, how much money, or both."
            : "Say how much one payment may be."
          : null,
  };
  const sound = !faults.subject && !faults.payments && !faults.amount;
  const terms = {
    maxPayments: counts && payments !== "" ? Number(payments) : null,
    maxAmount: amount === "" ? null : { amount, currency: program.currency },
  };

  async function send() {
    setAsked(true);
    setRefusal(null);
    if (!sound) return;
    try {
      const made = await save.mutateAsync({
        programId: program.id,
        subject: { kind, id: one && chosen ? chosen.value : null },
        period,
        maxPayments: terms.maxPayments,
        maxAmount: terms.maxAmount?.amount ?? null,
      });
      await queryClient.invalidateQueries(trpc.limits.pathFilter());
      showToast({
        title: made.created ? "The limit is set" : "The limit is changed",
        description: limitSentence({ ...terms, kind, subject: one ? chosen : null, period }),
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
      title={limit ? "Change the limit" : "Add a limit"}
      description={
        limit
          ? "It holds from the next payment on; what this period has used stays counted."
          : "It holds from the next payment on, and counts what this period already holds."
      }
      action={limit ? "Change the limit" : "Add the limit"}
      pending={save.isPending}
      onSubmit={() => void send()}
      refusal={refusal}
    >
      {limit ? (
        <p className="text-sm sm:col-span-2">
          <span className="font-medium">{limit.subject?.label ?? SUBJECTS[kind].each}</span>
          <span className="text-muted">
            {limit.subject ? `, ${SUBJECTS[kind].one.toLowerCase()}` : ""}, {PERIODS[period].every}
          </span>
        </p>
      ) : (
        <>
          <Field label="Whom it binds">
            <Select
              value={kind}
              onValueChange={(next) => {
                setKind(LIMIT_SUBJECTS.find((each) => each === next) ?? kind);
                setChosen(null);
              }}
              options={LIMIT_SUBJECTS.map((value) => ({ value, label: SUBJECTS[value].one }))}
            />
          </Field>
          <Field label="Period">
            <Select
              value={period}
              onValueChange={(next) => setPeriod(LIMIT_PERIODS.find((each) => each === next) ?? period)}
              options={LIMIT_PERIODS.map((value) => ({ value, label: PERIODS[value].label }))}
            />
          </Field>
          <div className="grid gap-2 sm:col-span-2">
            <Segmented
              label="One or each"
              value={one ? "one" : "each"}
              onValueChange={(next) => setOne(next === "one")}
              options={[
                { value: "each", label: SUBJECTS[kind].each },
                { value: "one", label: "One of them" },
              ]}
              className="justify-self-start"
            />
            {one ? (
              <Field label={SUBJECTS[kind].one} error={asked ? (faults.subject ?? undefined) : undefined}>
                <SubjectPicker
                  key={kind}
                  programId={program.id}
                  kind={kind}
                  value={chosen}
                  onValueChange={setChosen}
                />
              </Field>
            ) : null}
          </div>
        </>
      )}
      {counts ? (
        <Field
          label="Payments at most"
          optional
          error={asked || payments !== "" ? (faults.payments ?? undefined) : undefined}
        >
          <Input
            inputMode="numeric"
            value={payments}
            placeholder="any number"
            onChange={(event) => setPayments(event.currentTarget.value.trim())}
          />
        </Field>
      ) : null}
      <Field
        label="Amount at most"
        optional={counts}
        error={asked || amount !== "" ? (faults.amount ?? undefined) : undefined}
      >
        <Input
          inputMode="decimal"
          value={typed}
          placeholder="any amount"
          suffix={program.currency}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      </Field>
      {sound ? (
        <p className="text-sm text-muted sm:col-span-2">
          {limitSentence({ ...terms, kind, subject: one ? chosen : null, period })}
          {one ? " It stands in the place of the default." : ""}
        </p>
      ) : null}
    </FormDialog>
  );
}
