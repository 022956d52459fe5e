/** `purse allocate`: parsed JSON in, JSON out, so that the command line only reads files and prints. */
import { z } from "zod";
import { now } from "@/server/platform/clock";
import {
  CURRENCIES,
  type Currency,
  formatMicros,
  MoneyError,
  minorDigits,
  parseMinorMicros,
} from "@/server/platform/money";
import { type AgreementIssue, parseAgreementFile, toIssues } from "../agreement/parse-agreement";
import { MERCHANT } from "../agreement/shape";
import { allocate } from "./allocate-payment";
import { type BasesJson, basesSchema, formatBases, parseBases } from "./bases";
import { type CompiledAgreement, compileAgreement } from "./compile-agreement";
import { type LegLeft, refundLegs, subtractReversal } from "./refund-legs";
import { type AllocationBases, EMPTY_BASES } from "./types";

/** Everything but amount and currency may be left out. */
const paymentSchema = z.strictObject({
  amount: z.string().max(60),
  currency: z.enum(CURRENCIES, { error: "Not a currency that is known here." }),
  merchant: z.string().min(1).max(80).optional(),
  deviceKind: z.string().max(60).optional(),
  zone: z.string().max(80).optional(),
  capturedAt: z.iso
    .datetime({ offset: true, error: "Write a time with its offset, such as 2026-12-03T21:58:40Z." })
    .optional(),
  timeZone: z.string().max(60).refine(isTimeZone, "Not a known time zone, such as Europe/Oslo.").optional(),
  bases: basesSchema.optional(),
  refunds: z.array(z.string().max(60)).max(1000).optional(),
});

type PaymentInput = z.output<typeof paymentSchema>;

interface LegJson {
  to: string;
  step: string;
  amount: string;
  /** Only where the step fell short. */
  short?: string;
  why: string;
}

export interface AllocationAnswer {
  rule: string;
  legs: LegJson[];
  bases: Required<BasesJson>;
  /** Only where the payment has refunds. */
  refunds?: { amount: string; legs: { to: string; step: string; amount: string }[] }[];
}

type Refusal = { ok: false; code: "agreement_refused" | "payment_refused"; issues: AgreementIssue[] };
export type CommandAnswer = { ok: true; answer: AllocationAnswer | AllocationAnswer[] } | Refusal;

/**
 * Splits one payment, or a list in capture order, by an agreement. In a list the running figures of one payment are
 * the bases of the next, unless the next states its own. Left out: merchant is "$merchant", no device kind and no
 * zone (rules that ask for them do not match), captured now, time zone UTC, bases zero. Issues of a payment have the
 * path `amount`, or `[3].amount` in a list.
 */
export function allocateForCommandLine(agreementJson: unknown, paymentJson: unknown): CommandAnswer {
  const isList = Array.isArray(paymentJson);
  const payments: unknown[] = isList ? paymentJson : [paymentJson];
  const inputs: PaymentInput[] = [];
  for (const [at, json] of payments.entries()) {
    const parsed = paymentSchema.safeParse(json);
    if (!parsed.success) return refused(toIssues(parsed.error), isList ? at : null);
    inputs.push(parsed.data);
  }
  const currency = inputs[0]?.currency;
  if (!currency)
    return refused([{ code: "payments_missing", path: "", message: "The list has no payment." }], null);
  const terms = parseAgreementFile(agreementJson, currency);
  if (!terms.ok) return { ok: false, code: "agreement_refused", issues: terms.issues };

  const agreement = compileAgreement(terms.agreement, currency);
  const answers: AllocationAnswer[] = [];
  let bases = EMPTY_BASES;
  for (const [at, input] of inputs.entries()) {
    const result = allocateOne(agreement, input, bases);
    if (!result.ok) return refused([result.issue], isList ? at : null);
    answers.push(result.answer);
    bases = result.bases;
  }
  const [only] = answers;
  return { ok: true, answer: isList || !only ? answers : only };
}

type OneResult =
  | { ok: true; answer: AllocationAnswer; bases: AllocationBases }
  | { ok: false; issue: AgreementIssue };

function allocateOne(agreement: CompiledAgreement, input: PaymentInput, carried: AllocationBases): OneResult {
  const { currency } = agreement;
  const issue = (code: string, path: string, message: string): OneResult => ({
    ok: false,
    issue: { code, path, message },
  });
  if (input.currency !== currency) {
    return issue(
      "currency_mixed",
      "currency",
      `An agreement has one currency; the first payment is in ${currency}.`,
    );
  }
  const amount = parseAmount(input.amount, currency);
  if (!amount.ok) return issue(amount.code, "amount", amount.message);
  const bases = input.bases ? parseBases(input.bases, currency) : carried;
  if (!bases)
    return issue("amount_too_precise", "bases", `A basis is finer than the smallest unit of ${currency}.`);

  const allocation = allocate(
    agreement,
    {
      amountMicros: amount.micros,
      merchant: input.merchant ?? MERCHANT,
      deviceKind: input.deviceKind,
      zone: input.zone,
      capturedAt: input.capturedAt ? new Date(input.capturedAt) : now(),
      timeZone: input.timeZone ?? "UTC",
    },
    bases,
  );
  const money = (micros: bigint) => formatMicros(micros, minorDigits(currency));
  const answer: AllocationAnswer = {
    rule: allocation.rule,
    legs: allocation.legs.map(({ to, step, amountMicros, shortMicros, why }) => ({
      to,
      step,
      amount: money(amountMicros),
      ...(shortMicros > 0n ? { short: money(shortMicros) } : {}),
      why,
    })),
    bases: formatBases(allocation.bases, currency),
  };
  if (!input.refunds) return { ok: true, answer, bases: allocation.bases };

  let left: LegLeft[] = allocation.legs.map(({ to, step, amountMicros }) => ({
    to,
    step,
    leftMicros: amountMicros,
  }));
  const refunds: NonNullable<AllocationAnswer["refunds"]> = [];
  for (const [at, text] of input.refunds.entries()) {
    const refund = parseAmount(text, currency);
    if (!refund.ok) return issue(refund.code, `refunds[${at}]`, refund.message);
    const rest = left.reduce((sum, { leftMicros }) => sum + leftMicros, 0n);
    if (refund.micros === 0n) return issue("amount_zero", `refunds[${at}]`, "A refund must be above zero.");
    if (refund.micros > rest) {
      return issue(
        "refund_exceeds_payment",
        `refunds[${at}]`,
        `${text} is more than the ${money(rest)} that is left of the payment.`,
      );
    }
    const reversal = refundLegs(left, refund.micros, currency);
    left = subtractReversal(left, reversal);
    refunds.push({
      amount: money(refund.micros),
      legs: reversal.map(({ to, step, amountMicros }) => ({ to, step, amount: money(amountMicros) })),
    });
  }
  return { ok: true, answer: { ...answer, refunds }, bases: allocation.bases };
}

type ParsedAmount = { ok: true; micros: bigint } | { ok: false; code: string; message: string };

function parseAmount(text: string, currency: Currency): ParsedAmount {
  try {
    const micros = parseMinorMicros(text, currency);
    if (micros < 0n) return { ok: false, code: "amount_negative", message: `"${text}" is negative.` };
    return { ok: true, micros };
  } catch (error) {
    if (error instanceof MoneyError) return { ok: false, code: error.code, message: error.message };
    throw error;
  }
}

function refused(issues: AgreementIssue[], at: number | null): Refusal {
  const prefix = at === null ? "" : `[${at}]`;
  const located = issues.map((issue) => {
    const path = prefix && issue.path ? `${prefix}.${issue.path}` : prefix || issue.path;
    return { ...issue, path };
  });
  return { ok: false, code: "payment_refused", issues: located };
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
