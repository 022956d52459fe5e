"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Combobox } from "@/components/ui/combobox";
import { Field } from "@/components/ui/field";
import { FormDialog } from "@/components/ui/form-dialog";
import { Input } from "@/components/ui/input";
import { showToast } from "@/components/ui/toast";
import { CURRENCIES, type Currency } from "@/server/platform/money";
import { callErrorOf } from "@/server/trpc/query-client";

export interface NewAccount {
  currency: Currency;
  holder: string;
  iban: string;
  bankName: string;
}

interface EnterAccountProps {
  /** Whose account it is. */
  party: string;
  /** What the programs of the party pay in, where that is known. */
  currency?: string | undefined;
  open: boolean;
  onClose: () => void;
  onEnter: (account: NewAccount) => Promise<unknown>;
}

/** A form for an account that a second person then confirms. */
export function EnterAccount({ party, currency: usual, open, onClose, onEnter }: EnterAccountProps) {
  const queryClient = useQueryClient();
  const [currency, setCurrency] = useState<string>(usual ?? "EUR");
  const [holder, setHolder] = useState(party);
  const [iban, setIban] = useState("");
  const [bankName, setBankName] = useState("");
  const [pending, setPending] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);

  async function send() {
    const known = CURRENCIES.find((each) => each === currency);
    if (!known) return setRefusal("Choose the currency of the account.");
    if (holder.trim().length < 2 || bankName.trim().length < 2 || iban.trim().length < 9)
      return setRefusal("Give the holder, the account number and the bank.");
    setRefusal(null);
    setPending(true);
    try {
      await onEnter({ currency: known, holder, iban, bankName });
      await queryClient.invalidateQueries();
      showToast({ title: "Account entered", description: "A second person has to confirm it now." });
      setIban("");
      setBankName("");
      onClose();
    } catch (error) {
      setRefusal(callErrorOf(error)?.message ?? "The server did not answer. Nothing was changed.");
    } finally {
      setPending(false);
    }
  }

  return (
    <FormDialog
      open={open}
      onClose={() => {
        setRefusal(null);
        onClose();
      }}
      title={`Enter a bank account for ${party}`}
      description="Nothing goes out to it before a second person has confirmed it. Another account than before rests first, so that everybody can object."
      action="Enter it"
      pending={pending}
      onSubmit={() => void send()}
      refusal={refusal}
    >
      <Field label="Holder" hint="As the bank knows it">
        <Input value={holder} onChange={(event) => setHolder(event.currentTarget.value)} maxLength={70} />
      </Field>
      <Field label="Currency">
        <Combobox
          value={currency}
          onValueChange={(next) => setCurrency(next ?? "")}
          options={CURRENCIES.map((each) => ({ value: each, label: each }))}
        />
      </Field>
      <Field
        label="Account number"
        hint="IBAN; or routing and account number, as 021000021/123456789"
        className="sm:col-span-2"
      >
        <Input
          value={iban}
          onChange={(event) => setIban(event.currentTarget.value)}
          maxLength={50}
          autoComplete="off"
          spellCheck={false}
          className="font-mono"
        />
      </Field>
      <Field label="Bank" className="sm:col-span-2">
        <Input value={bankName} onChange={(event) => setBankName(event.currentTarget.value)} maxLength={70} />
      </Field>
    </FormDialog>
  );
}
