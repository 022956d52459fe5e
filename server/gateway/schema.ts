/** Bodies of the device API. The OpenAPI document is made from these. */
import { z } from "zod";
import {
  DECLINE_REASONS,
  MAX_USAGE_BATCH,
  PAYMENT_STATES,
  USAGE_REFUSALS,
} from "@/server/payments/constants";
import { CURRENCIES } from "@/server/platform/money";
import { PROBLEM_CODES } from "./errors";

export const named = z.registry<{ id: string; description?: string }>();

const decimal = (decimals: number, description: string) =>
  z
    .string()
    .regex(new RegExp(`^[0-9]{1,10}([.][0-9]{1,${decimals}})?$`), "must be a decimal such as 2.75")
    .refine((text) => /[1-9]/.test(text), "must be above zero")
    .meta({ description, examples: ["2.75"] });

const currency = z.enum(CURRENCIES).register(named, {
  id: "Currency",
  description: "ISO 4217 code. A payment is in its program's currency.",
});

export const moneyBody = z
  .strictObject({
    amount: decimal(
      3,
      "In major units, no finer than the currency's minor unit, above zero. Never a JSON number.",
    ),
    currency,
  })
  .register(named, { id: "Money" });

const moneyAnswer = z
  .object({
    amount: z.string().meta({ description: "Decimal in major units; zero or more.", examples: ["2.75"] }),
    currency,
  })
  .register(named, { id: "MoneyAnswer" });

const instrument = z
  .strictObject({
    token: z
      .string()
      .regex(/^[\x21-\x7e]{3,100}$/, "must be 3 to 100 visible ASCII characters")
      .meta({
        description:
          "What the device read: a wallet's tag or the acquirer's token of a card. Never a card number.",
        examples: ["wallet_0932"],
      }),
    kind: z
      .enum(["wallet", "card_token", "allowance"])
      .optional()
      .meta({ description: "What the device believes it read; informative." }),
  })
  .register(named, { id: "Instrument" });

const moment = z.iso.datetime({ offset: true });

export const paymentBody = z
  .strictObject({
    amount: moneyBody,
    instrument,
    capture: z.boolean().default(false).meta({
      description: "True takes the money at once; false holds it until capture or void.",
    }),
    occurredAt: moment.optional().meta({
      description:
        "When the payer tapped, for devices that were offline; at most seven days ago. Left out: now.",
      examples: ["2026-05-04T08:15:30Z"],
    }),
    location: z
      .strictObject({ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) })
      .optional()
      .meta({ description: "For devices that move. Left out: where the device is registered." }),
    description: z.string().trim().min(1).max(200).optional(),
    quantity: z
      .record(z.string().regex(/^[a-z][a-z0-9_]{0,19}$/), z.string().regex(/^\d{1,12}(\.\d{1,6})?$/))
      .optional()
      .refine(
        (quantity) => quantity === undefined || Object.keys(quantity).length <= 8,
        "holds at most 8 units",
      )
      .meta({ description: "What was bought, as exact decimals by unit.", examples: [{ minutes: "85" }] }),
  })
  .register(named, { id: "PaymentRequest" });

export const captureBody = z
  .strictObject({
    amount: moneyBody.optional().meta({
      description: "Left out: the whole authorised amount. Less: the rest is released.",
    }),
  })
  .register(named, { id: "CaptureRequest" });

export const voidBody = z.strictObject({}).register(named, { id: "VoidRequest" });

export const usageBody = z
  .strictObject({
    records: z
      .array(
        z
          .strictObject({
            key: z
              .string()
              .regex(/^[\x21-\x7e]{1,64}$/, "must be 1 to 64 visible ASCII characters")
              .meta({
                description: "The device's own name for the record; a record is taken once per device.",
              }),
            instrument,
            amount: z
              .strictObject({
                amount: decimal(6, "Exact, up to six decimals of the major unit, above zero."),
                currency,
              })
              .register(named, { id: "ExactMoney" }),
            occurredAt: moment,
            quantity: z
              .string()
              .regex(/^\d{1,12}(\.\d{1,6})?$/)
              .optional()
              .meta({
                description:
                  "With `unit`: how much of what was used. It runs down the payer's allowance of the unit before money.",
              }),
            unit: z
              .string()
              .regex(/^[a-z][a-z0-9_]{0,19}$/)
              .optional(),
          })
          .register(named, { id: "UsageRecord" }),
      )
      .min(1)
      .max(MAX_USAGE_BATCH),
  })
  .register(named, { id: "UsageRequest" });

const timeOrNull = z.iso.datetime().nullable();

/** Codes with their sentences, as whoever reads the document sees them. */
function listReasons(reasons: Readonly<Record<string, string>>): string {
  return Object.entries(reasons)
    .map(([code, sentence]) => `- \`${code}\`: ${sentence}`)
    .join("\n");
}

export const paymentAnswer = z
  .object({
    id: z.string().meta({ examples: ["pay_01jx3k5v8qf7tt9m2r6c4h0b1e"] }),
    state: z.enum(PAYMENT_STATES),
    amount: moneyAnswer,
    captured: moneyAnswer,
    refunded: moneyAnswer,
    declineReason: z
      .enum(
        Object.keys(DECLINE_REASONS) as [keyof typeof DECLINE_REASONS, ...(keyof typeof DECLINE_REASONS)[]],
      )
      .nullable()
      .meta({ description: `Null unless declined.\n\n${listReasons(DECLINE_REASONS)}` }),
    message: z.string().meta({ description: "A sentence for the device's display or log." }),
    allowance: z
      .object({
        unit: z.string().meta({ examples: ["minutes"] }),
        quantity: z.string().meta({ examples: ["45"] }),
        value: moneyAnswer,
      })
      .nullable()
      .meta({
        description:
          "What the payer's allowance paid in units, and what that would have cost; null when it is all money. The payment's amounts are the money that is left.",
      }),
    instrument: z.string().meta({ description: "How the instrument is shown, such as ···· 4411." }),
    occurredAt: z.iso.datetime(),
    authorisedAt: timeOrNull,
    capturedAt: timeOrNull,
    expiresAt: timeOrNull.meta({ description: "When a hold that is not captured is released." }),
  })
  .register(named, { id: "Payment" });

export const usageAnswer = z
  .object({
    recorded: z.number().int().min(0),
    duplicates: z.number().int().min(0),
    refused: z.number().int().min(0),
    records: z.array(
      z.object({
        key: z.string(),
        outcome: z.enum(["recorded", "duplicate", "refused"]),
        reason: z
          .enum(
            Object.keys(USAGE_REFUSALS) as [keyof typeof USAGE_REFUSALS, ...(keyof typeof USAGE_REFUSALS)[]],
          )
          .nullable()
          .meta({ description: `Null unless refused.\n\n${listReasons(USAGE_REFUSALS)}` }),
        allowance: z
          .object({
            unit: z.string().meta({ examples: ["kwh"] }),
            quantity: z.string().meta({ examples: ["0.0032"] }),
            value: moneyAnswer,
          })
          .nullable()
          .meta({
            description:
              "What the payer's allowance paid of the record in units, and what that would have cost, exact to six decimals; null when it is all money. A duplicate says it again.",
          }),
      }),
    ),
  })
  .register(named, { id: "UsageAnswer" });

export const problemAnswer = z
  .object({
    type: z.url(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.enum(PROBLEM_CODES),
    requestId: z.string(),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  })
  .register(named, { id: "Problem" });

export const problemKindAnswer = z
  .object({
    code: z.enum(PROBLEM_CODES),
    status: z.number().int(),
    title: z.string(),
    action: z.string().meta({ description: "What a device does about it." }),
  })
  .register(named, { id: "ProblemKind" });

export const liveAnswer = z.object({ state: z.literal("live") }).register(named, { id: "Live" });
export const readyAnswer = z
  .object({
    state: z.enum(["ready", "not_ready"]),
    database: z.enum(["up", "down"]),
    inFlight: z.number().int(),
  })
  .register(named, { id: "Ready" });

export type PaymentBody = z.infer<typeof paymentBody>;
export type CaptureBody = z.infer<typeof captureBody>;
export type UsageBody = z.infer<typeof usageBody>;
export const anyObject = z.record(z.string(), z.unknown());
