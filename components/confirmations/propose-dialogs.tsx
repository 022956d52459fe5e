"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { settingValue, settingWords } from "@/components/confirmations/confirmation-words";
import { usePrograms } from "@/components/frame/programs-context";
import { toMinorUnits } from "@/components/money/format-amount";
import { readAmount } from "@/components/money/read-amount";
import { Checkbox } from "@/components/ui/checkbox";
import { Combobox } from "@/components/ui/combobox";
import { Field } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { Input, Textarea } from "@/components/ui/input";
import { showToast } from "@/components/ui/toast";
import type { AuthoritySettingView } from "@/server/settlement/schema";
import { useOperatorTrpc } from "@/server/trpc/client";
import { callErrorOf } from "@/server/trpc/query-client";

interface ProposeProps {
  open: boolean;
  onClose: () => void;
}

/** Sends a proposal and says that somebody else has to confirm it. */
function useProposal(onClose: () => void) {
  const queryClient = useQueryClient();
  const [pending, setPending] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  async function send(propose: () => Promise<unknown>): Promise<void> {
    setRefusal(null);
    setPending(true);
    try {
      await propose();
      await queryClient.invalidateQueries();
      showToast({ title: "Proposed", description: "A second person has to confirm it now." });
      onClose();
    } catch (error) {
      setRefusal(callErrorOf(error)?.message ?? "The server did not answer. Nothing was changed.");
    } finally {
      setPending(false);
    }
  }
  return { pending, refusal, setRefusal, send };
}

/** Program and party, of whom the operator itself is none. */
function useParty() {
  const trpc = useOperatorTrpc();
  const [slug, setSlug] = useState<string | null>(null);
  const [partyId, setPartyId] = useState<string | null>(null);
  const programs = useQuery(trpc.programs.list.queryOptions());
  const program = useQuery(trpc.programs.get.queryOptions({ slug: slug ?? "" }, { enabled: slug !== null }));
  const fields = (
    <>
      <Field label="Program">
        <Combobox
          value={slug}
          onValueChange={(next) => {
            setSlug(next);
            setPartyId(null);
          }}
          placeholder="Type a name"
          options={(programs.data?.items ?? []).map((each) => ({
            value: each.slug,
            label: each.name,
            hint: each.currency,
          }))}
        />
      </Field>
      <Field label="Party">
        <Combobox
          value={partyId}
          onValueChange={setPartyId}
          placeholder={slug ? "Type a name" : "Choose the program first"}
          options={(program.data?.parties ?? [])
            .filter(({ kind }) => kind !== "operator")
            .map(({ id, name, kind }) => ({ value: id, label: name, hint: kind }))}
        />
      </Field>
    </>
  );
  return { programId: program.data?.id ?? null, partyId, currency: program.data?.currency, fields };
}

export function ProposeAdjustment({ open, onClose }: ProposeProps) {
  const trpc = useOperatorTrpc();
  const adjust = useMutation(trpc.settlement.adjust.mutationOptions());
  const { programId, partyId, currency, fields } = useParty();
  const [amount, setAmount] = useState("");
  const [reason, setReason] = useState("");
  const { pending, refusal, setRefusal, send } = useProposal(onClose);
  return (
    <FormDialog
      open={open}
      onClose={onClose}
      title="Propose an adjustment"
      description="A correction of what a party is owed, at the operator's cost. The ledger moves when a second person has confirmed it."
      action="Propose it"
      pending={pending}
      refusal={refusal}
      onSubmit={() => {
        if (!programId || !partyId) return setRefusal("Choose the program and the party.");
        if (reason.trim().length < 3) return setRefusal("Give the reason; the party reads it.");
        void send(() =>
          adjust.mutateAsync({ programId, partyId, amount: amount.trim(), reason: reason.trim() }),
        );
      }}
    >
      {fields}
      <Field
        label="Amount"
        hint={`${currency ?? "In the program's currency"}; with a minus the party gets less`}
        className="sm:col-span-2"
      >
        <Input
          value={amount}
          onChange={(event) => setAmount(event.currentTarget.value)}
          inputMode="decimal"
          placeholder="2.50"
        />
      </Field>
      <Field label="Reason" hint="It stands in the party's log" className="sm:col-span-2">
        <Textarea rows={2} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
      </Field>
    </FormDialog>
  );
}

export function ProposePayoutRule({ open, onClose }: ProposeProps) {
  const trpc = useOperatorTrpc();
  const setRule = useMutation(trpc.payouts.setRule.mutationOptions());
  const { programId, partyId, currency, fields } = useParty();
  const [minimum, setMinimum] = useState("0.00");
  const [held, setHeld] = useState(false);
  const { pending, refusal, setRefusal, send } = useProposal(onClose);
  return (
    <FormDialog
      open={open}
      onClose={onClose}
      title="Propose a payout rule"
      description="From which amount a party is paid out, and whether its payouts are held back. To stop one payout at once, cancel it."
      action="Propose it"
      pending={pending}
      refusal={refusal}
      onSubmit={() => {
        if (!programId || !partyId) return setRefusal("Choose the program and the party.");
        void send(() => setRule.mutateAsync({ programId, partyId, minimum: minimum.trim(), held }));
      }}
    >
      {fields}
      <Field label="Smallest payout" hint={currency ?? "In the program's currency"}>
        <Input
          value={minimum}
          onChange={(event) => setMinimum(event.currentTarget.value)}
          inputMode="decimal"
        />
      </Field>
      <div className="self-center">
        <Checkbox checked={held} onCheckedChange={setHeld} label="Hold its payouts back" />
      </div>
    </FormDialog>
  );
}

export function ProposeSetting({ setting, onClose }: { setting: AuthoritySettingView; onClose: () => void }) {
  const trpc = useOperatorTrpc();
  const propose = useMutation(trpc.confirmations.proposeSetting.mutationOptions());
  const { currencies } = usePrograms();
  const [currency = "EUR", ...others] = currencies;
  const [value, setValue] = useState("");
  const { pending, refusal, setRefusal, send } = useProposal(onClose);
  const { label, unit } = settingWords(setting.name);
  const isAmount = unit === null;
  const hint = isAmount
    ? others.length > 0
      ? `${currency}; as many of the smallest coins in ${others.join(" and ")}`
      : currency
    : unit;
  return (
    <FormDialog
      onClose={onClose}
      title={label}
      description="It changes when a second person has confirmed it."
      action="Propose it"
      pending={pending}
      refusal={refusal}
      onSubmit={() => {
        const amount = isAmount ? toMinorUnits(readAmount(value) ?? "", currency) : value.trim();
        if (!amount || !/^\d{1,12}$/.test(amount)) {
          return setRefusal(
            isAmount ? `Give an amount in whole ${currency} or its coins.` : "Give a whole number.",
          );
        }
        void send(() => propose.mutateAsync({ name: setting.name, value: amount }));
      }}
    >
      <Field
        label={`Instead of ${settingValue(setting.name, setting.value, currencies)}`}
        hint={hint}
        className="sm:col-span-2"
      >
        <Input
          value={value}
          onChange={(event) => setValue(event.currentTarget.value)}
          inputMode={isAmount ? "decimal" : "numeric"}
        />
      </Field>
    </FormDialog>
  );
}
