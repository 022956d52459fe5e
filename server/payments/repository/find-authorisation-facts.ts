/** One call for all that a group of authorisations is decided on, the admission of their messages included. */
import { SEQUENCE_WINDOW } from "@/server/devices/constants";
import type { AdmissionOutcome, AdmissionRequest } from "@/server/devices/types";
import { TAP_HISTORY_HOURS, TAPS_LOOKED_AT } from "@/server/fraud/constants";
import type { Habit, Tap } from "@/server/fraud/types";
import { binaryArray } from "@/server/platform/binary-array";
import { callFunction } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";
import type { SystemScope } from "@/server/platform/scope";
import type {
  AllowanceFacts,
  AuthorisationFacts,
  DeviceFacts,
  InstrumentFacts,
  LimitFacts,
  PaymentAnswer,
} from "../types";

export interface FactsQuestion {
  deviceId: Id<"device">;
  instrumentToken: string;
  idempotencyKey: string;
  occurredAt: Date;
  /** Business time of the authorisation: limits count in the periods that it lies in. */
  at: Date;
  /** Admitted first; all questions of a call have one or none has. */
  admission?: AdmissionRequest | undefined;
}

/** Facts as stored: of the policy only the version. */
export type StoredFacts = Omit<AuthorisationFacts, "policy"> & { policyVersion: number | null };

export interface FactsAnswer {
  /** Null when no message was to be admitted. */
  outcome: AdmissionOutcome | null;
  /** Null where there is no such device, or its message was not admitted. */
  facts: StoredFacts | null;
}

type Text<T, K extends keyof T> = Omit<T, K> & { [P in K]: string | Extract<T[P], null> };

interface Row {
  outcome: AdmissionOutcome | null;
  device: Text<DeviceFacts, "maxAmountMicros"> | null;
  instrument: Text<InstrumentFacts, "blockedUntil" | "availableMicros"> | null;
  earlier: { requestHash: string; status: number; response: PaymentAnswer } | null;
  habit: Habit | null;
  policyVersion: number | null;
  taps:
    | {
        paymentId: Id<"payment">;
        at: string;
        latitude: number | null;
        longitude: number | null;
        name: string;
      }[]
    | null;
  limits: Text<LimitFacts, "maxAmountMicros" | "usedMicros">[] | null;
  allowances: Text<AllowanceFacts, "leftMicros">[] | null;
}

const FACTS = {
  name: "authorisation.facts",
  text: `select authorisation_facts($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6, $7, $8, $9,
    $10::uuid[], $11::text[], $12::bigint[]) as facts`,
};

/** The facts of each question, in order. */
export async function findAuthorisationFacts(
  scope: SystemScope,
  questions: readonly FactsQuestion[],
  at: Date,
): Promise<FactsAnswer[]> {
  const admissions = questions.flatMap(({ admission }) => (admission ? [admission] : []));
  const admits = admissions.length > 0;
  if (admits && admissions.length < questions.length)
    throw new Error("All of a group are admitted, or none.");
  const rows = await callFunction<{ facts: Row[] | null }>(scope, {
    ...FACTS,
    params: [
      binaryArray("uuid", questions, (question) => question.deviceId),
      binaryArray("text", questions, (question) => question.instrumentToken),
      binaryArray("text", questions, (question) => question.idempotencyKey),
      binaryArray("timestamptz", questions, (question) => question.occurredAt),
      binaryArray("timestamptz", questions, (question) => question.at),
      TAP_HISTORY_HOURS,
      TAPS_LOOKED_AT,
      at,
      SEQUENCE_WINDOW,
      admits ? binaryArray("uuid", admissions, (admission) => admission.credentialId) : null,
      admits ? binaryArray("text", admissions, (admission) => admission.nonce) : null,
      admits ? binaryArray("bigint", admissions, (admission) => admission.message?.sequence) : null,
    ],
  });
  return (rows[0]?.facts ?? []).map((row) => ({ outcome: row.outcome, facts: toFacts(row) }));
}

function toFacts(row: Row): StoredFacts | null {
  const { device, instrument, earlier } = row;
  if (!device) return null;
  return {
    device: { ...device, maxAmountMicros: toMicros(device.maxAmountMicros) },
    instrument: instrument && {
      ...instrument,
      blockedUntil: instrument.blockedUntil === null ? null : new Date(instrument.blockedUntil),
      availableMicros: toMicros(instrument.availableMicros),
    },
    earlier: earlier && { ...earlier, requestHash: Buffer.from(earlier.requestHash, "hex") },
    taps: (row.taps ?? []).map(
      (tap): Tap => ({
        paymentId: tap.paymentId,
        occurredAt: new Date(tap.at),
        place:
          tap.latitude === null || tap.longitude === null
            ? null
            : { latitude: tap.latitude, longitude: tap.longitude },
        deviceName: tap.name,
      }),
    ),
    habit: row.habit && { ...row.habit, observations: BigInt(row.habit.observations) },
    policyVersion: row.policyVersion,
    limits: (row.limits ?? []).map((limit) => ({
      ...limit,
      maxAmountMicros: toMicros(limit.maxAmountMicros),
      usedMicros: BigInt(limit.usedMicros),
    })),
    allowances: (row.allowances ?? []).map((allowance) => ({
      ...allowance,
      leftMicros: BigInt(allowance.leftMicros),
    })),
  };
}

function toMicros(text: string | null): bigint | null {
  return text === null ? null : BigInt(text);
}
