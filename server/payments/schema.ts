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
import { plainText } from "@/server/platform/text";
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
const description = plainText(1, 200);
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
          key: z
            .string()
            .min(1)
            .max(64)
            .regex(/^[\x21-\x7e]+$/, "has characters that a key cannot have"),
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

/** Filters of payment lists; all of them narrow. */
export const paymentFilterSchema = z.object({
  states: z.array(z.enum(PAYMENT_STATES)).min(1).optional(),
  sources: z.array(z.enum(PAYMENT_SOURCES)).min(1).optional(),
  deviceKinds: z.array(z.enum(DEVICE_KINDS)).min(1).optional(),
  programId: publicId("program").optional(),
  merchantId: publicId("organisation").optional(),
  deviceId: publicId("device").optional(),
  importId: publicId("import").optional(),
  zone: plainText(1, 80).optional(),
  /** From this moment, and before that one. */
  from: moment.optional(),
  to: moment.optional(),
  /** First and last day, each in the time zone of the payment's program. */
  fromDay: z.iso.date().optional(),
  toDay: z.iso.date().optional(),
  minAmount: decimal.transform((text) => parseMicros(text)).optional(),
  maxAmount: decimal.transform((text) => parseMicros(text)).optional(),
  flagged: z.boolean().optional(),
  /** A payment's id, a reference, or a part of the instrument's label or the description. */
  text: plainText(1, 100).optional(),
});

const pageSchema = z.object({
  cursor: z.string().max(300).nullish(),
  limit: z.number().int().min(1).max(200).default(50),
});

export const paymentListSchema = paymentFilterSchema.extend(pageSchema.shape);
export const paymentIdSchema = z.object({ paymentId: publicId("payment") });
export const usageRecordsSchema = paymentIdSchema.extend(pageSchema.shape);

export const refundSchema = paymentIdSchema.extend({
  /** Decimal amount in the payment's currency; all that is left when left out. */
  amount: decimal.optional(),
  reason: plainText(3, 500),
  /** The same key again gives the first refund. */
  requestKey: plainText(1, 128),
});

export const decideSchema = z.object({
  caseId: publicId("case"),
  note: plainText(1, 4_000).optional(),
});

export const blockSchema = z.object({
  instrumentId: publicId("instrument"),
  blocked: z.boolean(),
  /** Until further notice when left out. */
  until: moment.optional(),
  reason: plainText(3, 500),
});

export const importListSchema = pageSchema;
export const importIdSchema = z.object({ importId: publicId("import") });
export const importRowsSchema = importIdSchema.extend({
  ...pageSchema.shape,
  outcome: z.enum(["accepted", "duplicate", "refused"]).optional(),
  flagged: z.boolean().optional(),
});

const flag = z.object({ code: z.string(), sentence: z.string() });
const named = z.object({ id: z.string(), name: z.string() });
const withSlug = named.extend({ slug: z.string() });
const time = z.iso.datetime();

/** A payment as screens see it. */
export const paymentViewSchema = z.object({
  id: z.string(),
  state: z.enum(PAYMENT_STATES),
  amount: moneySchema,
  captured: moneySchema,
  refunded: moneySchema,
  deviceKind: z.enum(DEVICE_KINDS),
  device: named.nullable(),
  merchant: withSlug,
  program: withSlug.extend({ timeZone: z.string() }),
  zone: z.string().nullable(),
  source: z.enum(PAYMENT_SOURCES),
  instrument: z.string(),
  instrumentKind: z.string(),
  description: z.string().nullable(),
  quantity: z.record(z.string(), z.string()).nullable(),
  declineReason: z.enum(keysOf<DeclineReason>(DECLINE_REASONS)).nullable(),
  riskScore: z.int().nullable(),
  flags: z.array(flag),
  latitude: z.number().nullable(),
  longitude: z.number().nullable(),
  externalRef: z.string(),
  occurredAt: time,
  authorisedAt: time.nullable(),
  expiresAt: time.nullable(),
  capturedAt: time.nullable(),
  allocatedAt: time.nullable(),
});
export type PaymentView = z.infer<typeof paymentViewSchema>;

export const paymentListViewSchema = z.object({
  items: z.array(paymentViewSchema),
  nextCursor: z.string().nullable(),
});
export const paymentCountsSchema = z.partialRecord(z.enum(PAYMENT_STATES), z.int());

const usageRecordView = z.object({
  key: z.string(),
  device: named,
  amount: moneySchema,
  quantity: z.string().nullable(),
  unit: z.string().nullable(),
  occurredAt: time,
});
export type UsageRecordView = z.infer<typeof usageRecordView>;
export const usageRecordsViewSchema = z.object({
  items: z.array(usageRecordView),
  nextCursor: z.string().nullable(),
});

const account = z.object({ id: z.string(), code: z.string().nullable() });
export const paymentDetailViewSchema = z.object({
  payment: paymentViewSchema,
  /** What can still be refunded. */
  refundable: moneySchema,
  timeline: z.array(z.object({ at: time, kind: z.string(), detail: z.record(z.string(), z.unknown()) })),
  refunds: z.array(
    z.object({
      id: z.string(),
      ordinal: z.int(),
      amount: moneySchema,
      reason: z.string(),
      createdAt: time,
      createdBy: z.string().nullable(),
    }),
  ),
  usage: z
    .object({
      id: z.string(),
      recordCount: z.int(),
      total: moneySchema,
      carriedIn: moneySchema,
      carriedOut: moneySchema.nullable(),
      openedAt: time,
      closedAt: time.nullable(),
      /** The first of them; the rest page by page. */
      records: z.array(usageRecordView),
    })
    .nullable(),
  transfers: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      code: z.string().nullable(),
      state: z.string().nullable(),
      amount: moneySchema,
      debit: account,
      credit: account,
      pendingId: z.string().nullable(),
      effectiveAt: time,
      recordedAt: time,
    }),
  ),
});
export type PaymentDetailView = z.infer<typeof paymentDetailViewSchema>;
