/** Limits and allowances as people read them. */
import { formatAmount } from "@/components/money/format-amount";
import { formatCount } from "@/components/money/format-count";
import type { LimitPeriod, LimitSubject } from "@/server/payments/constants";

interface SubjectWords {
  one: string;
  /** Of a default, which binds each of the kind. */
  each: string;
  many: string;
  /** What the subject does with money: devices and merchants take it, the others pay it. */
  verb: "take" | "pay";
}

export const SUBJECTS: Record<LimitSubject, SubjectWords> = {
  merchant: { one: "Merchant", each: "Each merchant", many: "merchants", verb: "take" },
  device: { one: "Device", each: "Each device", many: "devices", verb: "take" },
  payer: { one: "Payer", each: "Each payer", many: "payers", verb: "pay" },
  instrument: { one: "Wallet or card", each: "Each wallet or card", many: "wallets and cards", verb: "pay" },
};

export const PERIODS: Record<LimitPeriod, { label: string; every: string; now: string }> = {
  payment: { label: "One payment", every: "in one payment", now: "in one payment" },
  hour: { label: "Hour", every: "an hour", now: "this hour" },
  day: { label: "Day", every: "a day", now: "today" },
  week: { label: "Week", every: "a week", now: "this week" },
  month: { label: "Month", every: "a month", now: "this month" },
};

interface Money {
  amount: string;
  currency: string;
}

export interface Maxima {
  maxPayments: number | null;
  maxAmount: Money | null;
}

const paymentsWords = (count: number) => `${formatCount(count)} ${count === 1 ? "payment" : "payments"}`;
const moneyWords = ({ amount, currency }: Money) => `${formatAmount(amount, { currency })} ${currency}`;

/** "40 payments and 150.00 EUR a day" */
export function maximaWords({ maxPayments, maxAmount }: Maxima, period: LimitPeriod): string {
  const parts = [
    maxPayments === null ? null : paymentsWords(maxPayments),
    maxAmount === null ? null : moneyWords(maxAmount),
  ].filter((part) => part !== null);
  return `${parts.join(" and ")} ${PERIODS[period].every}`;
}

/** "Each device may take at most 40 payments and 150.00 EUR a day." */
export function limitSentence(
  limit: Maxima & { kind: LimitSubject; subject: { label: string } | null; period: LimitPeriod },
): string {
  const { each, verb } = SUBJECTS[limit.kind];
  return `${limit.subject?.label ?? each} may ${verb} at most ${maximaWords(limit, limit.period)}.`;
}

/** How near a use comes to its limit: the nearer of count and amount, as a share of one. */
export function shareOf(
  { maxPayments, maxAmount }: Maxima,
  use: { payments: number; amount: Money },
): number {
  const byCount = maxPayments === null ? 0 : use.payments / maxPayments;
  // Only how long a bar is drawn; every figure beside it stays exact.
  const byAmount = maxAmount === null ? 0 : Number(use.amount.amount) / Number(maxAmount.amount);
  return Math.max(byCount, byAmount);
}

/** "12 of 40 payments, 35.20 of 150.00 EUR" */
export function usedWords(
  { maxPayments, maxAmount }: Maxima,
  use: { payments: number; amount: Money },
): string {
  const parts = [
    maxPayments === null ? null : `${formatCount(use.payments)} of ${paymentsWords(maxPayments)}`,
    maxAmount === null
      ? null
      : `${formatAmount(use.amount.amount, { currency: use.amount.currency })} of ${moneyWords(maxAmount)}`,
  ].filter((part) => part !== null);
  return parts.join(", ");
}

/** A quantity with at most two decimals, cut and not rounded up, so that nothing seems used that is left. */
export function roughly(quantity: string): string {
  const [whole = "0", fraction = ""] = quantity.split(".");
  const short = fraction.slice(0, 2).replace(/0+$/, "");
  return short === "" ? whole : `${whole}.${short}`;
}
