"use client";

import { useRef, useState } from "react";
import { formatAmount } from "@/components/money/format-amount";
import { Money } from "@/components/money/money";
import { readAmount } from "@/components/money/read-amount";
import type { MoneyText, PaymentRow } from "@/components/payments/payment-types";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Field } from "@/components/ui/field";
import { Input, Textarea } from "@/components/ui/input";
import { KeyValueList } from "@/components/ui/key-value";

export interface RefundRequest {
  paymentId: string;
  amount: string;
  reason: string;
  /** Of this dialog: pressing twice, or trying again after the network failed, refunds once. */
  requestKey: string;
}

interface RefundDialogProps {
  payment: Pick<PaymentRow, "id" | "captured" | "refunded" | "instrument">;
  /** What can still be given back. */
  left: MoneyText;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** Throws, or gives back a sentence, when it was refused. */
  onRefund: (request: RefundRequest) => Promise<string | undefined>;
}

const REASON_WANTED = "Say why in a few words; it stands with the payment.";

/** Asks how much and why, and says what the refund does before it does it. */
export function RefundDialog({ payment, left, open, onOpenChange, onRefund }: RefundDialogProps) {
  const [amount, setAmount] = useState(left.amount);
  const [reason, setReason] = useState("");
  const amountField = useRef<HTMLInputElement>(null);
  const requestKey = useRef(crypto.randomUUID());
  const text = readAmount(amount) ?? "";
  const valid =
    /^\d{1,13}(\.\d{1,6})?$/.test(text) && Number(text) > 0 && Number(text) <= Number(left.amount);
  const figure = `${formatAmount(valid ? text : "0", { currency: left.currency })} ${left.currency}`;
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={(next) => {
        if (!next) requestKey.current = crypto.randomUUID();
        onOpenChange(next);
      }}
      title="Refund this payment?"
      consequence={
        valid
          ? `${figure} go back to ${payment.instrument} now. The same amount is taken back from everybody who got a part of the payment, in proportion.`
          : `Enter an amount up to ${formatAmount(left.amount, { currency: left.currency })} ${left.currency}.`
      }
      confirmLabel={valid ? `Refund ${figure}` : "Refund"}
      danger
      initialFocus={amountField}
      onConfirm={async () => {
        if (!valid) return `The amount must lie between 0 and ${left.amount} ${left.currency}.`;
        if (reason.trim().length < 3) return REASON_WANTED;
        return await onRefund({
          paymentId: payment.id,
          amount: text,
          reason: reason.trim(),
          requestKey: requestKey.current,
        });
      }}
    >
      <KeyValueList
        items={[
          { label: "Captured", value: <Money {...payment.captured} /> },
          { label: "Refunded before", value: <Money {...payment.refunded} /> },
        ]}
      />
      <Field label="Amount">
        <Input
          ref={amountField}
          inputMode="decimal"
          value={amount}
          onChange={(event) => setAmount(event.currentTarget.value)}
          suffix={left.currency}
          className="tabular"
        />
      </Field>
      <Field label="Reason" hint={REASON_WANTED}>
        <Textarea rows={2} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
      </Field>
    </ConfirmDialog>
  );
}
