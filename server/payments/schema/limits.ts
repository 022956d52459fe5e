/** Limits and allowances, in and out. */
import { z } from "zod";
import { publicId } from "@/server/platform/ids";
import { CURRENCIES } from "@/server/platform/money";
import { plainText } from "@/server/platform/text";
import { LIMIT_PERIODS, LIMIT_SUBJECTS } from "../constants";

/** What devices name in a quantity, such as `kwh`. */
export const UNIT = /^[a-z][a-z0-9_]{0,23}$/;
const decimal = z.string().trim().max(40);
const programId = publicId("program");
const maxPayments = z.int().min(1).max(1_000_000_000).nullable();

/** Whom a limit binds: one of a kind, or, without an id, each of the kind. */
export const subjectSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("device"), id: publicId("device").nullable() }),
  z.object({ kind: z.literal("instrument"), id: publicId("instrument").nullable() }),
  z.object({ kind: z.literal("payer"), id: publicId("payer").nullable() }),
  z.object({ kind: z.literal("merchant"), id: publicId("organisation").nullable() }),
]);

export const limitListSchema = z.object({ programId });
export const setLimitSchema = z.object({
  programId,
  subject: subjectSchema,
  period: z.enum(LIMIT_PERIODS),
  maxPayments,
  /** Decimal, in the program's currency. */
  maxAmount: decimal.nullable(),
});
export const limitIdSchema = z.object({ limitId: publicId("limit") });
export const findSubjectsSchema = z.object({
  programId,
  kind: z.enum(LIMIT_SUBJECTS),
  text: plainText(0, 100),
});
/** Whose limits are asked for: all that bind a payment, a device with its merchant, or a merchant in each program. */
export const limitsOfSchema = z.union([
  z.object({ paymentId: publicId("payment") }),
  z.object({ deviceId: publicId("device") }),
  z.object({ merchantId: publicId("organisation") }),
]);

export const allowanceListSchema = z.object({
  programId,
  payerId: publicId("payer").optional(),
  unit: z.string().regex(UNIT).optional(),
  text: plainText(1, 100).optional(),
  cursor: z.string().max(300).nullish(),
  limit: z.number().int().min(1).max(200).default(50),
});
export const grantAllowanceSchema = z.object({
  programId,
  payerId: publicId("payer"),
  unit: z.string().trim().max(40),
  /** Decimal, in the unit. */
  monthly: decimal,
});
export const blockAllowanceSchema = z.object({
  allowanceId: publicId("instrument"),
  blocked: z.boolean(),
  reason: plainText(3, 500),
});

const money = z.object({ amount: z.string(), currency: z.enum(CURRENCIES) });
const time = z.iso.datetime();
const use = z.object({
  subject: z.object({ id: z.string(), label: z.string() }),
  payments: z.int(),
  amount: money,
});
const limitShape = z.object({
  id: z.string(),
  program: z.object({ id: z.string(), name: z.string(), timeZone: z.string() }),
  kind: z.enum(LIMIT_SUBJECTS),
  /** Null for a default: it binds each of the kind. */
  subject: z.object({ id: z.string(), label: z.string() }).nullable(),
  period: z.enum(LIMIT_PERIODS),
  maxPayments: z.int().nullable(),
  maxAmount: money.nullable(),
  /** The period that runs now; null for limits of one payment. */
  running: z.object({ start: time, end: time }).nullable(),
  createdAt: time,
});

/** Of a named limit one use, of a default the subjects that come nearest to it. */
export const limitViewSchema = limitShape.extend({ use: z.array(use), subjects: z.int() });
export type LimitView = z.infer<typeof limitViewSchema>;
/** A limit as it binds one subject. */
export const boundLimitViewSchema = limitShape.extend({ use });
export type BoundLimitView = z.infer<typeof boundLimitViewSchema>;
export const subjectHitViewSchema = z.object({ id: z.string(), label: z.string(), hint: z.string() });

export const allowanceViewSchema = z.object({
  id: z.string(),
  payer: z.object({ id: z.string(), reference: z.string(), paysWith: z.array(z.string()) }),
  unit: z.string(),
  monthly: z.string(),
  used: z.string(),
  left: z.string(),
  blocked: z.boolean(),
  running: z.object({ start: time, end: time }),
  createdAt: time,
});
export type AllowanceView = z.infer<typeof allowanceViewSchema>;
export const allowancesViewSchema = z.object({
  items: z.array(allowanceViewSchema),
  nextCursor: z.string().nullable(),
});
