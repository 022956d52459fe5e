/** Bodies of the device API. The OpenAPI document is made from these. */
import { z } from "zod";
import { DEVICE_STATES } from "@/server/devices/constants";
import { DECLINE_REASONS, MAX_USAGE_BATCH, PAYMENT_STATES } from "@/server/payments/constants";
import { CURRENCIES } from "@/server/platform/money";
import { PROBLEM_CODES, RECORD_REFUSALS, RETRIES } from "./errors";
import * as field from "./fields";

export const named = z.registry<{ id: string; description?: string }>();

const currency = z.enum(CURRENCIES).register(named, {
  id: "Currency",
  description: "ISO 4217 code. A payment is in its program's currency.",
});

export const moneyBody = z
  .strictObject({
    amount: field.paymentAmount,
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
    token: field.token,
    kind: z
      .enum(["wallet", "card_token", "allowance"])
      .optional()
      .meta({ description: "What the device believes it read; informative." }),
  })
  .register(named, { id: "Instrument" });

export const paymentBody = z
  .strictObject({
    amount: moneyBody,
    instrument,
    capture: z.boolean().default(false).meta({
      description: "True takes the money at once; false holds it until capture or void.",
    }),
    occurredAt: field.moment.optional().meta({
      description:
        "When the payer tapped, for devices that were offline; at most seven days ago. Left out: now.",
      examples: ["2026-05-04T08:15:30Z"],
    }),
    location: z
      .strictObject({ latitude: field.latitude, longitude: field.longitude })
      .optional()
      .meta({ description: "For devices that move. Left out: where the device is registered." }),
    description: field.description.optional(),
    quantity: field.quantities.optional(),
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

export const usageRecord = z
  .strictObject({
    key: field.recordKey,
    instrument,
    amount: z.strictObject({ amount: field.recordAmount, currency }).register(named, { id: "ExactMoney" }),
    occurredAt: field.moment,
    quantity: field.recordQuantity.optional(),
    unit: field.unit.optional(),
  })
  .register(named, { id: "UsageRecord" });

export const usageBody = z
  .strictObject({ records: z.array(usageRecord).min(1).max(MAX_USAGE_BATCH) })
  .register(named, { id: "UsageRequest" });

/** The batch itself. Its records are read one by one, so that a bad one is refused alone. */
export const usageEnvelope = z.strictObject({
  records: z.array(z.unknown()).min(1).max(MAX_USAGE_BATCH),
});

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

const fieldErrors = z.array(z.object({ field: z.string(), message: z.string() }));

export const usageAnswer = z
  .object({
    recorded: z.number().int().min(0),
    duplicates: z.number().int().min(0),
    refused: z.number().int().min(0),
    records: z.array(
      z.object({
        key: z.string().nullable().meta({ description: "Null when the record had none that can be read." }),
        outcome: z.enum(["recorded", "duplicate", "refused"]),
        reason: z
          .enum(
            Object.keys(RECORD_REFUSALS) as [
              keyof typeof RECORD_REFUSALS,
              ...(keyof typeof RECORD_REFUSALS)[],
            ],
          )
          .nullable()
          .meta({ description: `Null unless refused.\n\n${listReasons(RECORD_REFUSALS)}` }),
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
        errors: fieldErrors
          .optional()
          .meta({ description: "Which fields are wrong, when the record's form is." }),
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
    retry: z.enum(RETRIES).meta({
      description:
        "Whether to send the message again: `later`, after Retry-After; `anew`, at once, under a new signature; `no`, not as it is.",
    }),
    done: z.literal(false).optional().meta({
      description:
        "There when it is certain that this message was not done, nor any copy of it that was sent within the last 48 hours. It may then be given a new key and number. Not there: keep key and number in every repeat.",
    }),
    highestSequence: z.number().int().min(0).optional().meta({
      description: "With `sequence_too_old`: the highest number that this device has used.",
    }),
    errors: fieldErrors.optional(),
  })
  .register(named, { id: "Problem" });

export const deviceAnswer = z
  .object({
    id: z.string().meta({ examples: ["dev_01jx3k5v8qf7tt9m2r6c4h0b1e"] }),
    state: z.enum(DEVICE_STATES),
    time: z.iso.datetime().meta({ description: "The gateway's clock." }),
    highestSequence: z.number().int().min(0).meta({
      description: "The highest number that a message of this device has used; zero when there was none.",
    }),
    lowestNewSequence: z.number().int().min(1).meta({
      description: "The lowest number that a new message may have.",
    }),
    answersKeptHours: z.number().int().meta({ description: "How long first answers are kept for repeats." }),
  })
  .register(named, { id: "DeviceStatus" });

export const problemKindAnswer = z
  .object({
    code: z.enum(PROBLEM_CODES),
    status: z.number().int(),
    title: z.string(),
    action: z.string().meta({ description: "What a device does about it." }),
    retry: z.enum(RETRIES),
    done: z.literal(false).optional(),
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

export const anyObject = z.record(z.string(), z.unknown());
