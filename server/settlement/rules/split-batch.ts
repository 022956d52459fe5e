/** A batch of payments or refunds, split: legs, running bases, sums by day and step, and what each party gets. */
import type { Currency } from "@/server/platform/money";
import { allocate } from "../allocate/allocate-payment";
import type { CompiledAgreement } from "../allocate/compile-agreement";
import { refundLegs } from "../allocate/refund-legs";
import type { AllocationBases } from "../allocate/types";
import {
  formatLocalDay,
  localDayOf,
  localTimeToInstant,
  type Period,
  periodOf,
  type SettlementCalendar,
  shiftDays,
} from "./compute-period";

export interface BatchProgram {
  currency: Currency;
  timeZone: string;
  calendar: SettlementCalendar;
}

export interface BatchVersion {
  id: string;
  governsFrom: Date;
  compiled: CompiledAgreement;
  kindOf: ReadonlyMap<string, string>;
}

export interface BatchPayment {
  id: string;
  merchant_id: string;
  merchant_slug: string;
  device_kind: string;
  zone: string | null;
  captured_at: Date;
  captured_micros: bigint;
}

export interface BatchRefund {
  id: string;
  payment_id: string;
  merchant_id: string;
  ordinal: number;
  amount_micros: bigint;
  created_at: Date;
}

export interface BatchLegLeft {
  payment_id: string;
  ordinal: number;
  party_id: string;
  agreement_id: string;
  rule: string;
  step: string;
  step_kind: string;
  left_micros: bigint;
}

/** Rows of the batch; `tranche` is the position in `tranches`, since their numbers are not known here. */
export interface BatchResult {
  items: { id: string; tranche: number }[];
  legs: BatchLeg[];
  totals: BatchTotal[];
  tranches: BatchTranche[];
  bases: { periodStart: Date; name: string; micros: bigint }[];
  /** Signed: what each party gets, or gives back. */
  byParty: Map<string, bigint>;
}

interface BatchLeg {
  tranche: number;
  paymentId: string;
  refundOrdinal: number;
  ordinal: number;
  merchantId: string;
  partyId: string;
  agreementId: string;
  rule: string;
  step: string;
  stepKind: string;
  amountMicros: bigint;
  shortMicros: bigint;
  why: string;
  effectiveAt: Date;
}

interface BatchTotal {
  tranche: number;
  partyId: string;
  merchantId: string;
  day: string;
  agreementId: string;
  rule: string;
  step: string;
  stepKind: string;
  paymentCount: number;
  grossMicros: bigint;
  amountMicros: bigint;
  firstCount: number;
  firstGrossMicros: bigint;
  refundCount: number;
  refundMicros: bigint;
  firstRefundCount: number;
  firstRefundGrossMicros: bigint;
}

interface BatchTranche {
  periodStart: Date;
  periodEnd: Date;
  lastEffectiveAt: Date;
  paymentCount: number;
  grossMicros: bigint;
  refundCount: number;
  refundMicros: bigint;
}

const GROSS_BASIS = "program_gross_in_period";
const TAKEN_PREFIX = "taken:";

export function stepKey(rule: string, step: string): string {
  return `${rule}\n${step}`;
}

/** The version that governs a moment; null before the first. `versions` are in the order of time. */
export function versionAt<V extends { governsFrom: Date }>(versions: readonly V[], at: Date): V | null {
  return versions.findLast(({ governsFrom }) => governsFrom <= at) ?? null;
}

type ReadBases = (
  periodStarts: readonly Date[],
) => Promise<readonly { period_start: Date; name: string; micros: bigint }[]>;

/**
 * Splits payments in the order given, each by the version that governs its capture, on the running bases of its
 * settlement period. Throws when a payment has no version or a name in the terms no organisation: callers see to both.
 */
export async function splitPayments(
  program: BatchProgram,
  versions: readonly BatchVersion[],
  partyIds: ReadonlyMap<string, string>,
  payments: readonly BatchPayment[],
  readBases: ReadBases,
): Promise<BatchResult> {
  const batch = new Batch(program);
  const placed = payments.map((payment) => ({ payment, place: batch.place(payment.captured_at) }));
  const bases = await loadBases(batch.tranches, readBases);
  for (const { payment, place } of placed) {
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
    bases.set(periodKey, after);
    batch.addPayment(payment, place, {
      versionId: version.id,
      rule,
      legs: legs.map(({ to, step, amountMicros, shortMicros, why }) => {
        const partyId = to === payment.merchant_slug ? payment.merchant_id : partyIds.get(to);
        if (!partyId)
          throw new Error(`"${to}" in agreement ${version.id} is no organisation of the program.`);
        const stepKind = version.kindOf.get(stepKey(rule, step)) ?? "share";
        return { partyId, step, stepKind, amountMicros, shortMicros, why };
      }),
    });
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

async function loadBases(
  tranches: readonly BatchTranche[],
  readBases: ReadBases,
): Promise<Map<number, AllocationBases>> {
  const rows = await readBases(tranches.map(({ periodStart }) => periodStart));
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

interface Place {
  tranche: number;
  periodStart: Date;
  day: string;
}

interface SplitLeg {
  partyId: string;
  step: string;
  stepKind: string;
  amountMicros: bigint;
  shortMicros: bigint;
  why: string;
}

/** Gathers rows and sums; periods and days are remembered, because neighbours in a batch mostly share them. */
class Batch {
  readonly tranches: BatchTranche[] = [];
  private readonly items: { id: string; tranche: number }[] = [];
  private readonly legs: BatchLeg[] = [];
  private readonly totals = new Map<string, BatchTotal>();
  private readonly byParty = new Map<string, bigint>();
  private readonly trancheByStart = new Map<number, number>();
  private period: Period | null = null;
  private day: { from: number; to: number; text: string } | null = null;

  constructor(private readonly program: BatchProgram) {}

  place(at: Date): Place {
    const { calendar, timeZone } = this.program;
    if (!this.period || at < this.period.start || at >= this.period.end) {
      this.period = periodOf(at, calendar, timeZone);
    }
    const { start, end } = this.period;
    let tranche = this.trancheByStart.get(start.getTime());
    if (tranche === undefined) {
      tranche = this.tranches.length;
      this.trancheByStart.set(start.getTime(), tranche);
      this.tranches.push({
        periodStart: start,
        periodEnd: end,
        lastEffectiveAt: at,
        paymentCount: 0,
        grossMicros: 0n,
        refundCount: 0,
        refundMicros: 0n,
      });
    }
    const entry = this.tranche(tranche);
    if (at > entry.lastEffectiveAt) entry.lastEffectiveAt = at;
    return { tranche, periodStart: start, day: this.dayOf(at) };
  }

  addPayment(
    payment: BatchPayment,
    place: Place,
    split: { versionId: string; rule: string; legs: readonly SplitLeg[] },
  ): void {
    const entry = this.tranche(place.tranche);
    entry.paymentCount += 1;
    entry.grossMicros += payment.captured_micros;
    this.items.push({ id: payment.id, tranche: place.tranche });
    const seen = new Set<string>();
    split.legs.forEach((leg, ordinal) => {
      const row = {
        tranche: place.tranche,
        merchantId: payment.merchant_id,
        partyId: leg.partyId,
        agreementId: split.versionId,
        rule: split.rule,
        step: leg.step,
        stepKind: leg.stepKind,
      };
      const { amountMicros, shortMicros, why } = leg;
      this.legs.push({
        ...row,
        paymentId: payment.id,
        refundOrdinal: 0,
        ordinal,
        amountMicros,
        shortMicros,
        why,
        effectiveAt: payment.captured_at,
      });
      this.credit(leg.partyId, amountMicros);
      const total = this.totalFor({ ...row, day: place.day });
      total.paymentCount += 1;
      total.grossMicros += payment.captured_micros;
      total.amountMicros += amountMicros;
      if (seen.has(leg.partyId)) return;
      seen.add(leg.partyId);
      total.firstCount += 1;
      total.firstGrossMicros += payment.captured_micros;
    });
  }

  addRefund(
    refund: BatchRefund,
    place: Place,
    reversal: readonly { leg: BatchLegLeft; amountMicros: bigint }[],
  ): void {
    const entry = this.tranche(place.tranche);
    entry.refundCount += 1;
    entry.refundMicros += refund.amount_micros;
    this.items.push({ id: refund.id, tranche: place.tranche });
    const seen = new Set<string>();
    for (const { leg, amountMicros } of reversal) {
      const row = {
        tranche: place.tranche,
        merchantId: refund.merchant_id,
        partyId: leg.party_id,
        agreementId: leg.agreement_id,
        rule: leg.rule,
        step: leg.step,
        stepKind: leg.step_kind,
      };
      this.legs.push({
        ...row,
        paymentId: refund.payment_id,
        refundOrdinal: refund.ordinal,
        ordinal: leg.ordinal,
        amountMicros: -amountMicros,
        shortMicros: 0n,
        why: "Taken back in proportion to what was left of the payment's legs",
        effectiveAt: refund.created_at,
      });
      this.credit(leg.party_id, -amountMicros);
      const total = this.totalFor({ ...row, day: place.day });
      total.refundCount += 1;
      total.refundMicros -= amountMicros;
      if (seen.has(leg.party_id)) continue;
      seen.add(leg.party_id);
      total.firstRefundCount += 1;
      total.firstRefundGrossMicros += refund.amount_micros;
    }
  }

  result(bases: BatchResult["bases"]): BatchResult {
    const { items, legs, tranches, byParty } = this;
    return { items, legs, totals: [...this.totals.values()], tranches, bases, byParty };
  }

  private tranche(index: number): BatchTranche {
    const entry = this.tranches[index];
    if (!entry) throw new Error("A place is of this batch.");
    return entry;
  }

  private dayOf(at: Date): string {
    const time = at.getTime();
    if (!this.day || time < this.day.from || time >= this.day.to) {
      const { timeZone } = this.program;
      const local = localDayOf(at, timeZone);
      this.day = {
        from: localTimeToInstant(local, "00:00", timeZone).getTime(),
        to: localTimeToInstant(shiftDays(local, 1), "00:00", timeZone).getTime(),
        text: formatLocalDay(local),
      };
    }
    return this.day.text;
  }

  private credit(partyId: string, micros: bigint): void {
    this.byParty.set(partyId, (this.byParty.get(partyId) ?? 0n) + micros);
  }

  private totalFor(
    key: Pick<
      BatchTotal,
      "tranche" | "partyId" | "merchantId" | "day" | "agreementId" | "rule" | "step" | "stepKind"
    >,
  ): BatchTotal {
    const { tranche, partyId, merchantId, day, agreementId, rule, step } = key;
    const text = `${tranche}|${partyId}|${merchantId}|${day}|${agreementId}|${step}|${rule}`;
    const known = this.totals.get(text);
    if (known) return known;
    const fresh = {
      ...key,
      paymentCount: 0,
      grossMicros: 0n,
      amountMicros: 0n,
      firstCount: 0,
      firstGrossMicros: 0n,
      refundCount: 0,
      refundMicros: 0n,
      firstRefundCount: 0,
      firstRefundGrossMicros: 0n,
    };
    this.totals.set(text, fresh);
    return fresh;
  }
}
