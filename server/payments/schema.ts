/** What comes in from devices and portals, and what goes out, as Zod schemas. */
import { z } from "zod";
import { DEVICE_KINDS } from "@/server/devices/constants";
import { publicId } from "@/server/platform/ids";
import {
  CURRENCIES,
  type Currency,
  MoneyError,
  parseMicros,
  parseMinorMicros,
} from "@/server/platform/money";
import type { DeclineReason, UsageRefusal } from "./constants";
import {
  DECLINE_REASONS,
  MAX_USAGE_BATCH,
  PAYMENT_SOURCES,
  PAYMENT_STATES,
  USAGE_REFUSALS,
} from "./constants";

const decimal = z
  .string()
  .max(40)
  .regex(/^\d{1,13}(\.\d{1,30})?$/, 'is not a decimal amount such as "2.75"');
const currency = z.enum(CURRENCIES);
const moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const token = z
  .string()
  .min(3)
  .max(100)
  .regex(/^[\x21-\x7e]+$/, "has characters that a token cannot have");
const latitude = z.number().min(-90).max(90);
const longitude = z.number().min(-180).max(180);
const description = z.string().trim().min(1).max(200);
/** Exact decimal strings by unit: {"kwh":"22.4"}. */
const quantity = z
  .record(z.string().regex(/^[a-z][a-z0-9_]{0,19}$/), decimal)
  .refine((record) => Object.keys(record).length <= 5, "has more than five units");

function micros(text: string, code: Currency | null, ctx: z.RefinementCtx, path: string): bigint {
  try {
    const value = code === null ? parseMicros(text) : parseMinorMicros(text, code);
    if (value > 0n) return value;
    ctx.addIssue({ code: "custom", path: [path], message: "must be above zero" });
  } catch (error) {
    if (!(error instanceof MoneyError)) throw error;
    ctx.addIssue({ code: "custom", path: [path], message: error.message });
  }
  return z.NEVER;
}

/** Body of `POST /v1/payments`. */
export const authoriseBodySchema = z
  .strictObject({
    amount: decimal,
    currency,
    instrument: token,
    capture: z.boolean().default(false),
    occurredAt: moment.optional(),
    location: z.strictObject({ latitude, longitude }).optional(),
    description: description.optional(),
    quantity: quantity.optional(),
  })
  .transform(({ amount, instrument, ...rest }, ctx) => ({
    ...rest,
    instrumentToken: instrument,
    amountMicros: micros(amount, rest.currency, ctx, "amount"),
  }));

/** Body of `POST /v1/payments/{id}/capture`; the whole amount when left out. */
export const captureBodySchema = z
  .strictObject({ amount: decimal.optional() })
  .transform(({ amount }, ctx) => ({
    amountMicros: amount === undefined ? undefined : micros(amount, null, ctx, "amount"),
  }));

/** Body of `POST /v1/usage`. Amounts are exact to six decimals of the major unit. */
export const usageBodySchema = z.strictObject({
  records: z
    .array(
      z
        .strictObject({
          key: z.string().min(1).max(64),
          instrument: token,
          amount: decimal,
          currency,
          occurredAt: moment,
          quantity: decimal.optional(),
          unit: z
            .string()
            .regex(/^[a-z][a-z0-9_]{0,19}$/)
            .optional(),
        })
        .transform(({ amount, instrument, ...rest }, ctx) => ({
          ...rest,
          instrumentToken: instrument,
          amountMicros: micros(amount, null, ctx, "amount"),
        })),
    )
    .min(1)
    .max(MAX_USAGE_BATCH),
});

const keysOf = <T extends string>(record: Record<T, unknown>) => Object.keys(record) as [T, ...T[]];
export const moneySchema = z.object({ amount: z.string(), currency });

export const paymentAnswerSchema = z.object({
  id: z.string(),
  state: z.enum(PAYMENT_STATES),
  amount: moneySchema,
  captured: moneySchema,
  refunded: moneySchema,
  declineReason: z.enum(keysOf<DeclineReason>(DECLINE_REASONS)).nullable(),
  message: z.string(),
  instrument: z.string(),
  occurredAt: z.iso.datetime(),
  authorisedAt: z.iso.datetime().nullable(),
  capturedAt: z.iso.datetime().nullable(),
  expiresAt: z.iso.datetime().nullable(),
});

export const usageAnswerSchema = z.object({
  recorded: z.int(),
  duplicates: z.int(),
  refused: z.int(),
  records: z.array(
    z.object({
      key: z.string(),
      outcome: z.enum(["recorded", "duplicate", "refused"]),
      reason: z.enum(keysOf<UsageRefusal>(USAGE_REFUSALS)).nullable(),
    }),
  ),
});

const day = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

/** Filters of payment lists; all of them narrow. */
export const paymentFilterSchema = z.object({
  states: z.array(z.enum(PAYMENT_STATES)).min(1).optional(),
  sources: z.array(z.enum(PAYMENT_SOURCES)).min(1).optional(),
  deviceKinds: z.array(z.enum(DEVICE_KINDS)).min(1).optional(),
  programId: publicId("program").optional(),
  merchantId: publicId("organisation").optional(),
  deviceId: publicId("device").optional(),
  importId: publicId("import").optional(),
  zone: z.string().max(80).optional(),
  /** From this moment, and before that one. */
  from: day.optional(),
  to: day.optional(),
  minAmount: decimal.transform((text) => parseMicros(text)).optional(),
  maxAmount: decimal.transform((text) => parseMicros(text)).optional(),
  flagged: z.boolean().optional(),
  /** A payment's id, a reference, or a part of the instrument's label or the description. */
  text: z.string().trim().min(1).max(100).optional(),
});

export const paymentListSchema = paymentFilterSchema.extend({
  cursor: z.string().max(200).nullish(),
  limit: z.number().int().min(1).max(200).default(50),
});

export const refundSchema = z.object({
  paymentId: publicId("payment"),
  /** Decimal amount in the payment's currency; all that is left when left out. */
  amount: decimal.optional(),
  reason: z.string().trim().min(3).max(500),
  /** The same key again gives the first refund. */
  requestKey: z.string().min(1).max(128),
});
