/**
 * The split rules of a program as data: the form of each part by itself. `schema.ts` adds what holds between parts,
 * `parseAgreement` what depends on the currency. Amounts are decimal strings in major units of the program's currency; rates, portions and weights are
 * exact rationals as text. Unknown keys are refused everywhere, so that a slip of the pen is never ignored.
 */
import { z } from "zod";
import { MoneyError, parseMicros } from "@/server/platform/money";
import { parsePortion, parseRational, type RationalResult } from "./rational";

/** Stands for the merchant that took the payment; resolved for each payment. */
export const MERCHANT = "$merchant";

function checked(check: (text: string) => { code: string; message: string } | null) {
  return z
    .string()
    .max(60)
    .superRefine((text, ctx) => {
      const refusal = check(text);
      if (refusal) ctx.addIssue({ code: "custom", message: refusal.message, params: { code: refusal.code } });
    });
}

function rationalIssue(text: string, parsed: RationalResult, what: string) {
  if (parsed.ok) return null;
  const message = {
    malformed: `"${text}" is not a ${what} such as "8.875%", "1/3" or "0.25".`,
    zero_denominator: `"${text}" divides by zero.`,
    out_of_range: `"${text}" is above 100 %; a ${what} lies between 0 and 100 %.`,
  }[parsed.reason];
  return { code: parsed.reason === "out_of_range" ? "rate_out_of_range" : "rate_malformed", message };
}

const rate = checked((text) => rationalIssue(text, parsePortion(text), "rate"));
const weight = checked((text) => rationalIssue(text, parseRational(text), "weight"));
const amount = checked((text) => {
  try {
    if (parseMicros(text) >= 0n && !text.startsWith("-")) return null;
    return { code: "amount_negative", message: `"${text}" is negative; amounts in an agreement are not.` };
  } catch (error) {
    if (error instanceof MoneyError) return { code: error.code, message: error.message };
    throw error;
  }
});

const stepId = z
  .string()
  .regex(
    /^[A-Za-z][A-Za-z0-9_-]{0,63}$/,
    "A step id is a letter, then letters, digits, _ or - (64 at most).",
  );
const namedParty = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$/, "A party is named by its organisation's short name.");
const party = z.union([z.literal(MERCHANT), namedParty], {
  error: `A party is an organisation's short name or "${MERCHANT}".`,
});
const base = z.enum(["gross", "remaining"]);
const share = z.strictObject({ to: party, weight });
const shares = z.array(share).min(1).max(100);
const perPeriodMax = amount.optional();

export const stepSchema = z.discriminatedUnion("kind", [
  /** ⌊A·r/(1+r)⌋ when inclusive, otherwise ⌊A·r⌋. */
  z.strictObject({
    id: stepId,
    kind: z.literal("tax"),
    to: party,
    rate,
    inclusive: z.boolean().optional(),
    perPeriodMax,
  }),
  /** ⌊base·rate⌋, raised to `min`, then lowered to `max`. `of` is "gross" when left out. */
  z.strictObject({
    id: stepId,
    kind: z.literal("percent"),
    to: party,
    rate,
    of: base.optional(),
    min: amount.optional(),
    max: amount.optional(),
    perPeriodMax,
  }),
  z.strictObject({ id: stepId, kind: z.literal("fixed"), to: party, amount, perPeriodMax }),
  /** ⌊base·portion⌋ by weight. `of` is "remaining" and `portion` 100 % when left out; so in `tiers`. */
  z.strictObject({
    id: stepId,
    kind: z.literal("share"),
    portion: rate.optional(),
    of: base.optional(),
    shares,
    perPeriodMax,
  }),
  z.strictObject({
    id: stepId,
    kind: z.literal("tiers"),
    portion: rate.optional(),
    of: base.optional(),
    basis: z.literal("program_gross_in_period"),
    brackets: z
      .array(z.strictObject({ upTo: amount.optional(), shares }))
      .min(1)
      .max(50),
    perPeriodMax,
  }),
]);

const hours = z
  .string()
  .regex(
    /^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$/,
    'Hours are written like "18:00-06:00".',
  );

const whenSchema = z.strictObject({
  deviceKind: z.array(z.string().min(1).max(60)).min(1).max(50).optional(),
  hours: z.array(hours).min(1).max(24).optional(),
  zone: z.array(z.string().min(1).max(80)).min(1).max(200).optional(),
});

const ruleSchema = z.strictObject({
  name: z.string().trim().min(1).max(120),
  when: whenSchema.optional(),
  steps: z.array(stepSchema).min(1).max(50),
});

const guaranteeSchema = z.strictObject({
  to: party,
  amount,
  per: z.literal("period"),
  fundedBy: z
    .array(z.strictObject({ from: party, weight }))
    .min(1)
    .max(100),
});

const terms = {
  /** "largest-remainder" when left out. */
  dust: z.union([z.enum(["largest-remainder", "first-listed"]), z.strictObject({ to: party })]).optional(),
  rules: z.array(ruleSchema).min(1).max(50),
  guarantees: z.array(guaranteeSchema).max(100).optional(),
  /** Bearer "$merchant" when left out. */
  chargebacks: z.strictObject({ bearer: z.union([z.literal("by-legs"), party]) }).optional(),
};

const program = z.string().min(1).max(120);
/** Local date and time in the program's time zone, hence without an offset. */
const effectiveFrom = z.iso.datetime({ local: true, offset: false }).refine((text) => !text.endsWith("Z"), {
  message: "effectiveFrom is local to the program's time zone: write it without Z or offset.",
});

export const agreementShape = z.strictObject({ program, effectiveFrom, ...terms });
/** In a file for the command line program and date may be left out. */
export const agreementFileShape = z.strictObject({
  program: program.optional(),
  effectiveFrom: effectiveFrom.optional(),
  ...terms,
});

export type Agreement = z.output<typeof agreementShape>;
/** What the engine needs of an agreement: everything but its program and date. */
export type AgreementTerms = Pick<Agreement, "dust" | "rules" | "guarantees" | "chargebacks">;
export type Rule = z.output<typeof ruleSchema>;
export type RuleCondition = z.output<typeof whenSchema>;
export type Step = z.output<typeof stepSchema>;
export type Share = z.output<typeof share>;
export type DustPolicy = NonNullable<Agreement["dust"]>;
export type Guarantee = z.output<typeof guaranteeSchema>;
