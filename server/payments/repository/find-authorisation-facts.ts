/** One call for all that a group of authorisations is decided on, the admission of their messages included. */
import { type DeviceKind, type DeviceState, NUMBERS_TOLD_APART } from "@/server/devices/constants";
import type { AdmissionOutcome, AdmissionRequest } from "@/server/devices/types";
import { TAP_HISTORY_HOURS, TAPS_LOOKED_AT } from "@/server/fraud/constants";
import type { Tap } from "@/server/fraud/types";
import { binaryArray } from "@/server/platform/binary-array";
import { callFunction } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";
import type { Currency } from "@/server/platform/money";
import type { SystemScope } from "@/server/platform/scope";
import type { InstrumentKind } from "../constants";
import type {
  AllowanceFacts,
  AuthorisationFacts,
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
  /** The message that brought it; all questions of a call have one or none has. */
  admission?: AdmissionRequest | undefined;
}

/** Facts as stored: of the policy only the version. */
export type StoredFacts = Omit<AuthorisationFacts, "policy"> & { policyVersion: number | null };

export interface FactsAnswer {
  /** Null when no message was asked about. */
  outcome: AdmissionOutcome | null;
  /** The message's number is remembered already. */
  known: boolean;
  /** Null where there is no such device. */
  facts: StoredFacts | null;
}

type Text<T, K extends keyof T> = Omit<T, K> & { [P in K]: string | Extract<T[P], null> };

/** A row of the function; the columns of a thing that is not there are all null. */
interface Row {
  outcome: AdmissionOutcome | null;
  known: boolean;
  device_id: Id<"device"> | null;
  program_id: Id<"program">;
  merchant_id: Id<"organisation">;
  device_kind: DeviceKind;
  device_name: string;
  zone: string | null;
  device_state: DeviceState;
  latitude: number | null;
  longitude: number | null;
  max_amount_micros: bigint | null;
  currency: Currency;
  instrument_id: Id<"instrument"> | null;
  payer_id: Id<"payer">;
  instrument_kind: InstrumentKind;
  instrument_label: string;
  instrument_state: InstrumentFacts["state"];
  blocked_until: Date | null;
  funding_account_id: string | null;
  available_micros: bigint | null;
  request_hash: Uint8Array | null;
  status: number;
  response: PaymentAnswer;
  observations: bigint | null;
  mean_log: number;
  m2_log: number;
  policy_version: number | null;
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
  text: "select * from authorisation_facts($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
};

/** The facts of each question, in order. */
export async function findAuthorisationFacts(
  scope: SystemScope,
  questions: readonly FactsQuestion[],
): Promise<FactsAnswer[]> {
  const admissions = questions.flatMap(({ admission }) => (admission ? [admission] : []));
  const admits = admissions.length > 0;
  if (admits && admissions.length < questions.length)
    throw new Error("All of a group are admitted, or none.");
  const rows = await callFunction<Row>(scope, {
    ...FACTS,
    params: [
      binaryArray("uuid", questions, (question) => question.deviceId),
      binaryArray("text", questions, (question) => question.instrumentToken),
      binaryArray("text", questions, (question) => question.idempotencyKey),
      binaryArray("timestamptz", questions, (question) => question.occurredAt),
      binaryArray("timestamptz", questions, (question) => question.at),
      admits ? binaryArray("uuid", admissions, (admission) => admission.credentialId) : null,
      admits ? binaryArray("text", admissions, (admission) => admission.nonce) : null,
      admits ? binaryArray("bigint", admissions, (admission) => admission.message?.sequence) : null,
      NUMBERS_TOLD_APART,
      TAP_HISTORY_HOURS,
      TAPS_LOOKED_AT,
    ],
  });
  return rows.map((row, at) => ({
    outcome: row.outcome,
    known: row.known,
    facts: toFacts(row, questions[at]?.instrumentToken ?? ""),
  }));
}

function toFacts(row: Row, token: string): StoredFacts | null {
  if (row.device_id === null) return null;
  return {
    device: {
      id: row.device_id,
      programId: row.program_id,
      merchantId: row.merchant_id,
      kind: row.device_kind,
      name: row.device_name,
      zone: row.zone,
      state: row.device_state,
      latitude: row.latitude,
      longitude: row.longitude,
      maxAmountMicros: row.max_amount_micros,
      currency: row.currency,
    },
    instrument:
      row.instrument_id === null
        ? null
        : {
            id: row.instrument_id,
            payerId: row.payer_id,
            kind: row.instrument_kind,
            label: row.instrument_label,
            token,
            state: row.instrument_state,
            blockedUntil: row.blocked_until,
            fundingAccountId: row.funding_account_id,
            availableMicros: row.available_micros,
          },
    earlier: row.request_hash && {
      requestHash: row.request_hash,
      status: row.status,
      response: row.response,
    },
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
    habit:
      row.observations === null
        ? null
        : { observations: row.observations, meanLog: row.mean_log, m2Log: row.m2_log },
    policyVersion: row.policy_version,
    limits: (row.limits ?? []).map((limit) => ({
      ...limit,
      maxAmountMicros: limit.maxAmountMicros === null ? null : BigInt(limit.maxAmountMicros),
      usedMicros: BigInt(limit.usedMicros),
    })),
    allowances: (row.allowances ?? []).map((allowance) => ({
      ...allowance,
      leftMicros: BigInt(allowance.leftMicros),
    })),
  };
}
