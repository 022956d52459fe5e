/** Which usage records of a batch are taken, what an allowance covers of each, and what is left to pay. Pure. */
import type { Id } from "@/server/platform/ids";
import type { Currency } from "@/server/platform/money";
import type { UsageRefusal } from "../constants";
import type { InstrumentFacts, UsageRecordInput } from "../types";
import { coverByAllowance, parseQuantityMicros } from "./cover-by-allowance";
import { isInstrumentBlocked, isTapTimeAcceptable } from "./decide-authorisation";

export type UsageInstrument = Pick<
  InstrumentFacts,
  "id" | "payerId" | "kind" | "token" | "state" | "blockedUntil" | "availableMicros"
> & {
  /** In open windows of any merchant and not charged yet, with what earlier windows left owed. */
  gatheredMicros: bigint;
  /** Whether its payer has an allowance of any unit. */
  hasAllowance: boolean;
};

/** One month of a payer's allowance. */
export interface AllowanceMonth {
  instrumentId: Id<"instrument">;
  payerId: Id<"payer">;
  unit: string;
  state: InstrumentFacts["state"];
  blockedUntil: Date | null;
  monthStart: Date;
  monthEnd: Date;
  leftMicros: bigint;
}

/** What was covered of a record, and out of which month of which allowance. */
export interface UsageCover {
  allowanceId: Id<"instrument">;
  quantityMicros: bigint;
  micros: bigint;
  unit: string;
}

/** A record as it stands in the books. */
export interface StandingRecord {
  instrumentId: Id<"instrument">;
  /** Before the allowance: what was covered and what is left together. */
  priceMicros: bigint;
  quantityMicros: bigint | null;
  unit: string | null;
  occurredAt: Date;
  cover: UsageCover | null;
}

export type JudgedRecord =
  | {
      outcome: "recorded";
      record: UsageRecordInput;
      instrument: UsageInstrument;
      dueMicros: bigint;
      cover: UsageCover | null;
    }
  | { outcome: "duplicate"; record: UsageRecordInput; cover: UsageCover | null }
  | { outcome: "refused"; record: UsageRecordInput; reason: UsageRefusal };

export interface UsageFacts {
  currency: Currency;
  /** By token. */
  instruments: ReadonlyMap<string, UsageInstrument>;
  /** What this device recorded before under the batch's keys. */
  known: ReadonlyMap<string, StandingRecord>;
  allowances: readonly AllowanceMonth[];
}

/** How much of an allowance's month the batch takes. */
export interface MonthUse {
  month: AllowanceMonth;
  usedMicros: bigint;
}

/**
 * Judges a batch in the order given. A key that stands, from before or from earlier in the batch, is a duplicate when
 * everything about the record is the same, and refused when anything differs. The first reason that applies is given:
 * key, currency, time, instrument, block, allowance, funds. A record that names a quantity of a unit runs down the
 * payer's allowance of that unit in the calendar month of the record; what it does not cover is money.
 */
export function judgeUsage(
  records: readonly UsageRecordInput[],
  facts: UsageFacts,
  at: Date,
): { judged: JudgedRecord[]; months: MonthUse[] } {
  const standing = new Map(facts.known);
  const months = facts.allowances
    .filter((each) => !isInstrumentBlocked(each, at))
    .map((month): MonthUse => ({ month, usedMicros: 0n }));
  const spent = new Map<string, bigint>();
  const judged = records.map((record): JudgedRecord => {
    const instrument = facts.instruments.get(record.instrumentToken) ?? null;
    const earlier = standing.get(record.key);
    if (earlier) {
      return isSameRecord(record, earlier, instrument, facts.currency)
        ? { outcome: "duplicate", record, cover: earlier.cover }
        : refused(record, "record_key_reused");
    }
    if (record.currency !== facts.currency) return refused(record, "currency_not_of_program");
    if (!isTapTimeAcceptable(record.occurredAt, at)) return refused(record, "occurred_at_out_of_range");
    if (!instrument) return refused(record, "instrument_unknown");
    if (isInstrumentBlocked(instrument, at)) return refused(record, "instrument_blocked");
    const quantityMicros = record.quantity === undefined ? null : parseQuantityMicros(record.quantity);
    const use = months.length > 0 ? monthFor(record, instrument, months) : undefined;
    const cover =
      use && quantityMicros !== null
        ? coverByAllowance({
            priceMicros: record.amountMicros,
            quantityMicros,
            leftMicros: use.month.leftMicros - use.usedMicros,
            stepMicros: 1n,
          })
        : null;
    const dueMicros = cover ? cover.dueMicros : record.amountMicros;
    if (instrument.kind === "allowance" && dueMicros > 0n) return refused(record, "allowance_used_up");
    if (instrument.availableMicros !== null && dueMicros > 0n) {
      const already = spent.get(instrument.id) ?? 0n;
      if (instrument.availableMicros - instrument.gatheredMicros - already < dueMicros) {
        return refused(record, "insufficient_funds");
      }
      spent.set(instrument.id, already + dueMicros);
    }
    const taken = use && cover && cover.coveredQuantityMicros > 0n ? coverOf(use, cover) : null;
    standing.set(record.key, {
      instrumentId: instrument.id,
      priceMicros: record.amountMicros,
      quantityMicros,
      unit: record.unit ?? null,
      occurredAt: record.occurredAt,
      cover: taken,
    });
    return { outcome: "recorded", record, instrument, dueMicros, cover: taken };
  });
  return { judged, months: months.filter(({ usedMicros }) => usedMicros > 0n) };
}

function refused(record: UsageRecordInput, reason: UsageRefusal): JudgedRecord {
  return { outcome: "refused", record, reason };
}

function isSameRecord(
  record: UsageRecordInput,
  earlier: StandingRecord,
  instrument: UsageInstrument | null,
  currency: Currency,
): boolean {
  return (
    record.amountMicros === earlier.priceMicros &&
    record.currency === currency &&
    record.occurredAt.getTime() === earlier.occurredAt.getTime() &&
    instrument?.id === earlier.instrumentId &&
    (record.unit ?? null) === earlier.unit &&
    (record.quantity === undefined ? null : parseQuantityMicros(record.quantity)) === earlier.quantityMicros
  );
}

/** An allowance that is presented itself pays out of itself alone; a wallet or card goes with its payer's. */
function monthFor(
  record: UsageRecordInput,
  instrument: UsageInstrument,
  months: readonly MonthUse[],
): MonthUse | undefined {
  const at = record.occurredAt.getTime();
  return months.find(
    ({ month }) =>
      month.unit === record.unit &&
      month.payerId === instrument.payerId &&
      (instrument.kind !== "allowance" || month.instrumentId === instrument.id) &&
      month.monthStart.getTime() <= at &&
      at < month.monthEnd.getTime(),
  );
}

function coverOf(use: MonthUse, cover: { coveredQuantityMicros: bigint; coveredMicros: bigint }): UsageCover {
  use.usedMicros += cover.coveredQuantityMicros;
  return {
    allowanceId: use.month.instrumentId,
    quantityMicros: cover.coveredQuantityMicros,
    micros: cover.coveredMicros,
    unit: use.month.unit,
  };
}
