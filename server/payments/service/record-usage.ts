/** Micro-usage: exact records, often below a cent, that gather in a window until it becomes one payment. */
import { ensureAccounts } from "@/server/ledger/service";
import { now } from "@/server/platform/clock";
import { type SqlTx, withScope } from "@/server/platform/db";
import { invariant } from "@/server/platform/errors";
import { type Id, newIdAt } from "@/server/platform/ids";
import { type DeviceScope, mintSystemScope } from "@/server/platform/scope";
import { sandboxAcquirer } from "../acquirer";
import { MAX_USAGE_BATCH, USAGE_WINDOW_HOURS, type UsageRefusal } from "../constants";
import * as usage from "../repository/store-usage";
import { carryAccount, isInstrumentBlocked, isTapTimeAcceptable, windowThresholdMicros } from "../rules";
import type { UsageRecordInput, UsageRecordResult, UsageResult } from "../types";
import { ensureCardInstrument } from "./manage-instruments";

const platform = mintSystemScope("payments");

interface Judged {
  record: UsageRecordInput;
  instrument: usage.UsageInstrument | null;
  refusal: UsageRefusal | null;
}

/**
 * Takes up to 1 000 records of one device. Each stands for itself: one that came before with the same amount is a
 * duplicate, with another amount it is refused; refusals do not hold up the others. Amounts are exact micros.
 */
export async function recordUsage(
  scope: DeviceScope,
  records: readonly UsageRecordInput[],
): Promise<UsageResult> {
  if (records.length > MAX_USAGE_BATCH) return { ok: false, reason: "batch_too_large" };
  const unknownCards = await withScope<{ programId: Id<"program">; tokens: string[] } | UsageResult>(
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
      if (newCards.length > 0) return { programId: device.programId, tokens: newCards };
      return await store(tx, device, instruments, records, at);
    },
  );
  if ("ok" in unknownCards) return unknownCards;
  for (const token of unknownCards.tokens) {
    await ensureCardInstrument(platform, unknownCards.programId, token);
  }
  return await recordUsage(scope, records);
}

async function store(
  tx: SqlTx,
  device: usage.UsageDevice,
  instruments: ReadonlyMap<string, usage.UsageInstrument>,
  records: readonly UsageRecordInput[],
  at: Date,
): Promise<UsageResult> {
  const known = await usage.findRecords(
    tx,
    device.id,
    records.map((record) => record.key),
  );
  const judged = judge(device, instruments, records, known, at);
  const accepted = judged.filter((each) => each.refusal === null && !known.has(each.record.key));
  const windows = await windowsFor(tx, device, accepted, at);
  const fresh = new Map<string, UsageRecordInput>();
  const rows: usage.NewRecord[] = [];
  const growth = new Map<
    Id<"usageWindow">,
    { windowId: Id<"usageWindow">; records: number; micros: bigint }
  >();
  for (const { record, instrument } of accepted) {
    // The second of two equal keys in one batch is answered below like one of an earlier batch.
    if (fresh.has(record.key)) continue;
    const windowId = instrument && windows.get(instrument.id);
    invariant(windowId, "every accepted record has an open window");
    fresh.set(record.key, record);
    rows.push({
      key: record.key,
      windowId,
      amountMicros: record.amountMicros,
      quantity: record.quantity ?? null,
      unit: record.unit ?? null,
      occurredAt: record.occurredAt,
    });
    const grown = growth.get(windowId) ?? { windowId, records: 0, micros: 0n };
    grown.records++;
    grown.micros += record.amountMicros;
    growth.set(windowId, grown);
  }
  const inserted = await usage.insertRecords(tx, device, rows);
  invariant(inserted.size === rows.length, "the device's lock keeps its record keys from racing");
  await usage.growWindows(tx, [...growth.values()], {
    thresholdMicros: windowThresholdMicros(device.currency),
    at,
  });
  return answer(judged, known, fresh);
}

/** Says of each record whether it can be taken, wallet by wallet in the order given. */
function judge(
  device: usage.UsageDevice,
  instruments: ReadonlyMap<string, usage.UsageInstrument>,
  records: readonly UsageRecordInput[],
  known: ReadonlyMap<string, bigint>,
  at: Date,
): Judged[] {
  const left = new Map<string, bigint>();
  for (const instrument of instruments.values()) {
    if (instrument.availableMicros !== null) {
      left.set(instrument.id, instrument.availableMicros - instrument.gatheredMicros);
    }
  }
  return records.map((record) => {
    const instrument = instruments.get(record.instrumentToken) ?? null;
    const judged = (refusal: UsageRefusal | null): Judged => ({ record, instrument, refusal });
    const earlier = known.get(record.key);
    if (earlier !== undefined) return judged(earlier === record.amountMicros ? null : "record_key_reused");
    if (record.currency !== device.currency) return judged("currency_not_of_program");
    if (!isTapTimeAcceptable(record.occurredAt, at)) return judged("occurred_at_out_of_range");
    if (!instrument) return judged("instrument_unknown");
    if (isInstrumentBlocked(instrument, at)) return judged("instrument_blocked");
    const funds = left.get(instrument.id);
    if (funds !== undefined) {
      if (funds < record.amountMicros) return judged("insufficient_funds");
      left.set(instrument.id, funds - record.amountMicros);
    }
    return judged(null);
  });
}

/** An open window for each instrument of the accepted records, locked so that it cannot close meanwhile. */
async function windowsFor(
  tx: SqlTx,
  device: usage.UsageDevice,
  accepted: readonly Judged[],
  at: Date,
): Promise<Map<Id<"instrument">, Id<"usageWindow">>> {
  const needed = new Map<Id<"instrument">, usage.UsageInstrument>();
  for (const { instrument } of accepted) if (instrument) needed.set(instrument.id, instrument);
  const open = new Map<Id<"instrument">, Id<"usageWindow">>();
  // A window that closes between the look and the lock is missing once; the next round opens its successor.
  while (open.size < needed.size) {
    const missing = [...needed.values()].filter((instrument) => !open.has(instrument.id));
    const created = await usage.openWindows(
      tx,
      device,
      missing.map((instrument) => ({
        id: newIdAt("usageWindow", at),
        instrumentId: instrument.id,
        payerId: instrument.payerId,
      })),
      { openedAt: at, closesAt: new Date(at.getTime() + USAGE_WINDOW_HOURS * 3_600_000) },
    );
    const carries = created.map((id) => ({
      ...carryAccount(device.programId, device.merchantId, id, device.currency),
      programRef: device.programId,
    }));
    if (carries.length > 0) await ensureAccounts(tx, carries);
    const ids = missing.map((instrument) => instrument.id);
    for (const [id, windowId] of await usage.lockOpenWindows(tx, device, ids)) open.set(id, windowId);
  }
  return open;
}

function answer(
  judged: readonly Judged[],
  known: ReadonlyMap<string, bigint>,
  fresh: ReadonlyMap<string, UsageRecordInput>,
): UsageResult {
  const counts = { recorded: 0, duplicates: 0, refused: 0 };
  const results = judged.map(({ record, refusal }): UsageRecordResult => {
    const { key } = record;
    if (refusal) {
      counts.refused++;
      return { key, outcome: "refused", reason: refusal };
    }
    const first = fresh.get(key);
    if (first === record) {
      counts.recorded++;
      return { key, outcome: "recorded", reason: null };
    }
    if (known.has(key) || first?.amountMicros === record.amountMicros) {
      counts.duplicates++;
      return { key, outcome: "duplicate", reason: null };
    }
    counts.refused++;
    return { key, outcome: "refused", reason: "record_key_reused" };
  });
  return { ok: true, ...counts, records: results };
}
