/** A batch of payments or refunds, split: legs, running bases, sums by day and step, and what each party gets. */
import { allocate } from "../allocate/allocate-payment";
import { refundLegs } from "../allocate/refund-legs";
import type { AllocationBases } from "../allocate/types";
import {
  Batch,
  type BatchLegLeft,
  type BatchPayment,
  type BatchProgram,
  type BatchRefund,
  type BatchResult,
  type BatchVersion,
} from "./gather-batch";

const GROSS_BASIS = "program_gross_in_period";
const TAKEN_PREFIX = "taken:";

export function stepKey(rule: string, step: string): string {
  return `${rule}\n${step}`;
}

/** The version that governs a moment; null before the first. `versions` are in the order of time. */
export function versionAt<V extends { governsFrom: Date }>(versions: readonly V[], at: Date): V | null {
  return versions.findLast(({ governsFrom }) => governsFrom <= at) ?? null;
}

export type SplitFailure = (paymentId: string, error: unknown) => void;

type Place = ReturnType<Batch["place"]>;

/** Payments with the period and day of each; `periodStarts` are those whose running bases the split needs. */
export interface PlacedPayments {
  program: BatchProgram;
  batch: Batch;
  placed: readonly { payment: BatchPayment; place: Place }[];
  periodStarts: readonly Date[];
}

export function placePayments(program: BatchProgram, payments: readonly BatchPayment[]): PlacedPayments {
  const batch = new Batch(program);
  const placed = payments.map((payment) => ({ payment, place: batch.place(payment.captured_at) }));
  return { program, batch, placed, periodStarts: batch.tranches.map(({ periodStart }) => periodStart) };
}

/** One running figure of a settlement period, as it is kept. */
export interface BaseRow {
  period_start: Date;
  name: string;
  micros: bigint;
}

/**
 * Splits payments in the order given, each by the version that governs its capture, on the running bases of its
 * settlement period. A payment that cannot be split, because it has no version or a name in the terms no organisation,
 * leaves the bases alone and is told to `onFailure`; without one it is thrown.
 */
export function splitPayments(
  { program, batch, placed }: PlacedPayments,
  versions: readonly BatchVersion[],
  partyIds: ReadonlyMap<string, string>,
  baseRows: readonly BaseRow[],
  onFailure: SplitFailure | null = null,
): BatchResult {
  const bases = basesByPeriod(baseRows);
  const split = (payment: BatchPayment, place: Place) => {
    const version = versionAt(versions, payment.captured_at);
    if (!version) throw new Error(`No agreement governs payment ${payment.id}.`);
    const periodKey = place.periodStart.getTime();
    const {
      rule,
      legs,
      bases: after,
    } = allocate(
      version.compiled,
      {
        amountMicros: payment.captured_micros,
        merchant: payment.merchant_slug,
        deviceKind: payment.device_kind,
        zone: payment.zone,
        capturedAt: payment.captured_at,
        timeZone: program.timeZone,
      },
      bases.get(periodKey) ?? { programGrossMicros: 0n, takenMicros: new Map() },
    );
    const named = legs.map(({ to, step, amountMicros, shortMicros, why }) => {
      const partyId = to === payment.merchant_slug ? payment.merchant_id : partyIds.get(to);
      if (!partyId) throw new Error(`"${to}" in agreement ${version.id} is no organisation of the program.`);
      const stepKind = version.kindOf.get(stepKey(rule, step)) ?? "share";
      return { partyId, step, stepKind, amountMicros, shortMicros, why };
    });
    bases.set(periodKey, after);
    batch.addPayment(payment, place, { versionId: version.id, rule, legs: named });
  };
  for (const { payment, place } of placed) {
    try {
      split(payment, place);
    } catch (error) {
      if (!onFailure) throw error;
      onFailure(payment.id, error);
    }
  }
  const written = batch.tranches.flatMap(({ periodStart }) => {
    const after = bases.get(periodStart.getTime());
    if (!after) return [];
    return [
      { periodStart, name: GROSS_BASIS, micros: after.programGrossMicros },
      ...[...after.takenMicros].map(([step, micros]) => ({
        periodStart,
        name: `${TAKEN_PREFIX}${step}`,
        micros,
      })),
    ];
  });
  return batch.result(written);
}

/** Reverses refunds in the order given, each over what is left of its payment's legs. */
export function reverseRefunds(
  program: BatchProgram,
  refunds: readonly BatchRefund[],
  legsLeft: readonly BatchLegLeft[],
): BatchResult {
  const batch = new Batch(program);
  const byPayment = Map.groupBy(
    legsLeft.map((leg) => ({ ...leg })),
    (leg) => leg.payment_id,
  );
  for (const refund of refunds) {
    const legs = byPayment.get(refund.payment_id) ?? [];
    const open = legs.map((leg) => ({
      to: String(leg.ordinal),
      step: leg.step,
      leftMicros: leg.left_micros,
    }));
    const reversal = refundLegs(open, refund.amount_micros, program.currency).map(({ to, amountMicros }) => {
      const leg = legs.find(({ ordinal }) => String(ordinal) === to);
      if (!leg) throw new Error("A reversal names a leg that it was given.");
      leg.left_micros -= amountMicros;
      return { leg, amountMicros };
    });
    batch.addRefund(refund, batch.place(refund.created_at), reversal);
  }
  return batch.result([]);
}

function basesByPeriod(rows: readonly BaseRow[]): Map<number, AllocationBases> {
  const bases = new Map<number, { programGrossMicros: bigint; takenMicros: Map<string, bigint> }>();
  for (const { period_start, name, micros } of rows) {
    const key = period_start.getTime();
    const entry = bases.get(key) ?? { programGrossMicros: 0n, takenMicros: new Map<string, bigint>() };
    if (name === GROSS_BASIS) entry.programGrossMicros = micros;
    else if (name.startsWith(TAKEN_PREFIX)) entry.takenMicros.set(name.slice(TAKEN_PREFIX.length), micros);
    bases.set(key, entry);
  }
  return bases;
}
