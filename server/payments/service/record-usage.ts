/** Micro-usage: exact records, often below a cent, that gather in a window until it becomes one payment. */
import { now } from "@/server/platform/clock";
import { type SqlTx, withScope } from "@/server/platform/db";
import { invariant } from "@/server/platform/errors";
import { type Id, newIdAt } from "@/server/platform/ids";
import { type Currency, formatMicros, toMoneyJson } from "@/server/platform/money";
import { type DeviceScope, mintSystemScope } from "@/server/platform/scope";
import { sandboxAcquirer } from "../acquirer";
import { MAX_USAGE_BATCH, USAGE_WINDOW_HOURS } from "../constants";
import * as usage from "../repository/store-usage";
import { isTapTimeAcceptable } from "../rules/decide-authorisation";
import {
  type AllowanceMonth,
  type JudgedRecord,
  judgeUsage,
  type MonthUse,
  type UsageCover,
  type UsageInstrument,
} from "../rules/judge-usage";
import { windowThresholdMicros } from "../rules/split-window";
import type { UsageRecordInput, UsageRecordResult, UsageResult } from "../types";
import { ensureCardInstrument } from "./manage-instruments";

const platform = mintSystemScope("payments");

/**
 * Takes up to 1 000 records of one device. Each stands for itself: one that came before with the same content is a
 * duplicate, with other content it is refused; refusals do not hold up the others. Amounts are exact micros, and what
 * an allowance of the payer covers of them is not charged. See `judgeUsage`.
 */
export async function recordUsage(
  scope: DeviceScope,
  records: readonly UsageRecordInput[],
): Promise<UsageResult> {
  if (records.length > MAX_USAGE_BATCH) return { ok: false, reason: "batch_too_large" };
  const done = await withScope<{ programId: Id<"program">; newCards: string[] } | UsageResult>(
    platform,
    async (tx) => {
      const at = now();
      const device = await usage.lockUsageDevice(tx, scope.deviceId);
      if (device?.state !== "active" || device.merchantId !== scope.organisationId) {
        return { ok: false, reason: "device_not_active" };
      }
      const tokens = [...new Set(records.map((record) => record.instrumentToken))];
      const instruments = await usage.findUsageInstruments(tx, device.programId, tokens);
      const newCards = tokens.filter((token) => !instruments.has(token) && sandboxAcquirer.recognises(token));
      if (newCards.length > 0) return { programId: device.programId, newCards };
      const known = await usage.findRecords(tx, device.id, records);
      const allowances = await allowancesFor(tx, device, instruments, records, at);
      const facts = { currency: device.currency, instruments, known, allowances };
      const { judged, months } = judgeUsage(records, facts, at);
      await store(tx, device, judged, months, at);
      return answer(judged, device.currency);
    },
  );
  if ("ok" in done) return done;
  for (const token of done.newCards) await ensureCardInstrument(platform, done.programId, token);
  return await recordUsage(scope, records);
}

/** The allowances that records of the batch could use; none is asked for when no payer has one or no record names a quantity of a unit. */
async function allowancesFor(
  tx: SqlTx,
  device: usage.UsageDevice,
  instruments: ReadonlyMap<string, UsageInstrument>,
  records: readonly UsageRecordInput[],
  at: Date,
): Promise<AllowanceMonth[]> {
  const holders = [...instruments.values()].filter((instrument) => instrument.hasAllowance);
  if (holders.length === 0) return [];
  const units = new Set<string>();
  let from = Number.POSITIVE_INFINITY;
  let until = Number.NEGATIVE_INFINITY;
  for (const { unit, quantity, occurredAt } of records) {
    if (unit === undefined || quantity === undefined || !isTapTimeAcceptable(occurredAt, at)) continue;
    units.add(unit);
    from = Math.min(from, occurredAt.getTime());
    until = Math.max(until, occurredAt.getTime());
  }
  if (units.size === 0) return [];
  return await usage.lockAllowances(tx, device, {
    payerIds: [...new Set(holders.map((instrument) => instrument.payerId))],
    units: [...units],
    from: new Date(from),
    until: new Date(until),
  });
}

async function store(
  tx: SqlTx,
  device: usage.UsageDevice,
  judged: readonly JudgedRecord[],
  months: readonly MonthUse[],
  at: Date,
): Promise<void> {
  const places = new Map<Id<"instrument">, number>();
  const windows: usage.WindowGrowth[] = [];
  const records: usage.NewRecord[] = [];
  for (const each of judged) {
    if (each.outcome !== "recorded") continue;
    const { record, instrument, dueMicros, cover } = each;
    const place = places.get(instrument.id) ?? windows.length;
    const window = windows[place] ?? {
      id: newIdAt("usageWindow", at),
      instrumentId: instrument.id,
      payerId: instrument.payerId,
      records: 0,
      micros: 0n,
      coveredMicros: 0n,
    };
    places.set(instrument.id, place);
    windows[place] = window;
    window.records += 1;
    window.micros += dueMicros;
    window.coveredMicros += cover?.micros ?? 0n;
    records.push({ record, window: place, dueMicros, cover });
  }
  if (records.length === 0) return;
  const stored = await usage.storeUsage(
    tx,
    device,
    { windows, months, records },
    {
      at,
      closesAt: new Date(at.getTime() + USAGE_WINDOW_HOURS * 3_600_000),
      thresholdMicros: windowThresholdMicros(device.currency),
    },
  );
  invariant(stored === records.length, "every accepted record is stored in its window");
}

function answer(judged: readonly JudgedRecord[], currency: Currency): UsageResult {
  const counts = { recorded: 0, duplicates: 0, refused: 0 };
  const records = judged.map((each): UsageRecordResult => {
    const { key } = each.record;
    if (each.outcome === "refused") {
      counts.refused += 1;
      return { key, outcome: "refused", reason: each.reason, allowance: null };
    }
    if (each.outcome === "recorded") counts.recorded += 1;
    else counts.duplicates += 1;
    return { key, outcome: each.outcome, reason: null, allowance: viewCover(each.cover, currency) };
  });
  return { ok: true, ...counts, records };
}

function viewCover(cover: UsageCover | null, currency: Currency): UsageRecordResult["allowance"] {
  return (
    cover && {
      unit: cover.unit,
      quantity: formatMicros(cover.quantityMicros, 0),
      value: toMoneyJson(cover.micros, currency),
    }
  );
}
