/** Gathers the rows and sums of a batch; what comes of it is written by the allocator. */
import type { Currency } from "@/server/platform/money";
import type { CompiledAgreement } from "../allocate/compile-agreement";
import { formatLocalDay, localDayOf, localTimeToInstant, type Period, shiftDays } from "./compute-period";
import { type Credit, groupMoves, type Move } from "./group-moves";
import { type PlannedProgram, periodAt } from "./plan-periods";

export interface BatchProgram extends PlannedProgram {
  currency: Currency;
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
  /** The same, told apart by business time. */
  moves: Move[];
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

export interface BatchTranche {
  periodStart: Date;
  periodEnd: Date;
  firstEffectiveAt: Date;
  lastEffectiveAt: Date;
  paymentCount: number;
  grossMicros: bigint;
  refundCount: number;
  refundMicros: bigint;
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

/** Periods and days are remembered, because neighbours in a batch mostly share them. */
export class Batch {
  readonly tranches: BatchTranche[] = [];
  private readonly items: { id: string; tranche: number }[] = [];
  private readonly legs: BatchLeg[] = [];
  private readonly totals = new Map<string, BatchTotal>();
  private readonly byParty = new Map<string, bigint>();
  private readonly credits: Credit[] = [];
  private readonly trancheByStart = new Map<number, number>();
  private period: Period | null = null;
  private day: { from: number; to: number; text: string } | null = null;

  constructor(private readonly program: BatchProgram) {}

  place(at: Date): Place {
    if (!this.period || at < this.period.start || at >= this.period.end) {
      this.period = periodAt(this.program, at);
    }
    const { start, end } = this.period;
    let tranche = this.trancheByStart.get(start.getTime());
    if (tranche === undefined) {
      tranche = this.tranches.length;
      this.trancheByStart.set(start.getTime(), tranche);
      this.tranches.push({
        periodStart: start,
        periodEnd: end,
        firstEffectiveAt: at,
        lastEffectiveAt: at,
        paymentCount: 0,
        grossMicros: 0n,
        refundCount: 0,
        refundMicros: 0n,
      });
    }
    const entry = this.tranche(tranche);
    if (at < entry.firstEffectiveAt) entry.firstEffectiveAt = at;
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
      this.credit(leg.partyId, amountMicros, place, payment.captured_at);
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
      this.credit(leg.party_id, -amountMicros, place, refund.created_at);
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
    const moves = groupMoves(this.credits);
    return { items, legs, totals: [...this.totals.values()], tranches, bases, byParty, moves };
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

  private credit(partyId: string, micros: bigint, place: Place, at: Date): void {
    this.credits.push({ partyId, at, period: place.tranche, day: place.day, micros });
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
