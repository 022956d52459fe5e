/** What comes in from portals, and what goes out to them, as Zod schemas. The device API has its own. */
import { z } from "zod";
import { DEVICE_KINDS } from "@/server/devices/constants";
import { DECISION_REASONS } from "@/server/fraud/constants";
import { publicId } from "@/server/platform/ids";
import { CURRENCIES, parseMicros } from "@/server/platform/money";
import { plainText } from "@/server/platform/text";
import type { DeclineReason } from "./constants";
import { DECLINE_REASONS, PAYMENT_SOURCES, PAYMENT_STATES } from "./constants";
import { ROW_OUTCOMES } from "./import/constants";
import { mappingTermsSchema } from "./import/schema";

const decimal = z
  .string()
  .max(40)
  .regex(/^\d{1,13}(\.\d{1,30})?$/, 'is not a decimal amount such as "2.75"');
const currency = z.enum(CURRENCIES);
const moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

const keysOf = <T extends string>(record: Record<T, unknown>) => Object.keys(record) as [T, ...T[]];
export const moneySchema = z.object({ amount: z.string(), currency });

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
  /** What a screen shows of a payment: id, reference, card, amount, device, merchant or description. */
  text: plainText(1, 100).optional(),
});

const pageSchema = z.object({
  cursor: z.string().max(300).nullish(),
  limit: z.number().int().min(1).max(200).default(50),
});

export type PaymentFilter = z.output<typeof paymentFilterSchema>;

export const paymentListSchema = paymentFilterSchema.extend(pageSchema.shape).extend({
  /** Newest first when left out. */
  order: z.object({ by: z.enum(["time", "amount"]), descending: z.boolean() }).optional(),
});
export const paymentIdSchema = z.object({ paymentId: publicId("payment") });
export const usageRecordsSchema = paymentIdSchema.extend(pageSchema.shape);

export const refundSchema = paymentIdSchema.extend({
  /** Decimal amount in the payment's currency; all that is left when left out. */
  amount: decimal.optional(),
  reason: plainText(3, 500),
  /** The same key again gives the first refund. */
  requestKey: plainText(1, 128),
});

const decisionReason = z.enum(keysOf(DECISION_REASONS));
export const decideSchema = z.object({
  caseId: publicId("case"),
  reason: decisionReason,
  note: plainText(1, 4_000).optional(),
});
export const overturnSchema = z.object({
  caseId: publicId("case"),
  verdict: z.enum(["approved", "declined"]),
  reason: decisionReason,
  note: plainText(3, 4_000),
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
  outcome: z.enum(ROW_OUTCOMES).optional(),
  flagged: z.boolean().optional(),
});

export const mappingNameSchema = plainText(1, 80);
export const mappingSaveSchema = z.object({ name: mappingNameSchema, terms: mappingTermsSchema });
export const mappingIdSchema = z.object({ mappingId: publicId("importMapping") });
export const importUndoSchema = importIdSchema.extend({ reason: plainText(3, 300) });
/** The beginning of a file, and how it is to be read. */
export const importPreviewSchema = z.object({
  programId: publicId("program"),
  merchantId: publicId("organisation"),
  fileName: plainText(1, 255),
  sample: z.base64().max(200_000),
  mapping: mappingTermsSchema.nullable(),
  currency: z.enum(CURRENCIES).nullable(),
});

const flag = z.object({ code: z.string(), sentence: z.string() });
const named = z.object({ id: z.string(), name: z.string() });
const withSlug = named.extend({ slug: z.string() });
const time = z.iso.datetime();

/**
 * How an allowance and money share a price: `quantity` of the `of` units that the payment was for came from the
 * allowance and would have cost `covered`; the payment's amount is the money that is left. `of` is null where less was
 * captured than was asked for.
 */
const allowanceView = z.object({
  unit: z.string(),
  quantity: z.string(),
  of: z.string().nullable(),
  covered: moneySchema,
  price: moneySchema,
});

/** A payment as screens see it. */
export const paymentViewSchema = z.object({
  id: z.string(),
  state: z.enum(PAYMENT_STATES),
  amount: moneySchema,
  captured: moneySchema,
  refunded: moneySchema,
  /** Null when all of it is money. */
  allowance: allowanceView.nullable(),
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

/** What an agency may know of a payment that it has a part in: nothing of who paid and with what. */
export const sharedPaymentViewSchema = paymentViewSchema.pick({
  id: true,
  state: true,
  captured: true,
  refunded: true,
  allowance: true,
  deviceKind: true,
  merchant: true,
  program: true,
  zone: true,
  source: true,
  description: true,
  quantity: true,
  occurredAt: true,
  capturedAt: true,
  allocatedAt: true,
});
export type SharedPaymentView = z.infer<typeof sharedPaymentViewSchema>;

export const paymentListViewSchema = z.object({
  items: z.array(paymentViewSchema),
  nextCursor: z.string().nullable(),
});
/** What a filter leaves, added up: one entry a currency. */
export const paymentTotalsSchema = z.array(
  z.object({ payments: z.int(), captured: moneySchema, refunded: moneySchema }),
);
export type PaymentTotals = z.infer<typeof paymentTotalsSchema>;
export const paymentCountsSchema = z.partialRecord(z.enum(PAYMENT_STATES), z.int());

const usageRecordView = z.object({
  key: z.string(),
  device: named,
  amount: moneySchema,
  quantity: z.string().nullable(),
  unit: z.string().nullable(),
  /** What an allowance paid of it in units, and what that would have cost; the amount is the money that is left. */
  allowance: z.object({ unit: z.string(), quantity: z.string(), value: moneySchema }).nullable(),
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
      covered: moneySchema,
      /** Left by earlier windows that could not be charged, and the last declined payment among them. */
      owedIn: moneySchema,
      owedFrom: z.string().nullable(),
      /** What this one leaves owed, and where that is charged. */
      owedOut: moneySchema,
      next: z.object({ closesAt: time, paymentId: z.string().nullable() }).nullable(),
      openedAt: time,
      closedAt: time.nullable(),
      /** The first page of them; the rest comes by `nextCursor`, in pages of the same size. */
      records: z.array(usageRecordView),
      nextCursor: z.string().nullable(),
      pageSize: z.int(),
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
