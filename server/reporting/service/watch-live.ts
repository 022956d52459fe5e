/** Figures that move: read at once, then whenever something of the scope changed, and at least every few seconds. */
import { setTimeout as sleep } from "node:timers/promises";
import { withScope } from "@/server/platform/db";
import { silentSince } from "@/server/platform/heartbeat";
import { subscribeLive } from "@/server/platform/live";
import type { AgencyScope, MerchantScope, OperatorScope, Scope } from "@/server/platform/scope";
import {
  countExceptions,
  countOpenCases,
  countPayoutsWaiting,
  readUnallocated,
} from "../repository/read-operations";
import { readNotSettled, readShare } from "../repository/read-shares";
import { readLastMinutes, readOutcomes, readTakings } from "../repository/read-takings";
import type { AgencyLive, MerchantLive, OperatorLive } from "../schema";
import { pickProgram } from "./pick-program";

const THROTTLE_MS = 1_500;
const HOUR_MS = 3_600_000;
/** Signals of payments go to their merchant and the operator; an agency's share is read again by the clock. */
const IDLE_MS: Record<"merchant" | "agency" | "operator", number> = {
  merchant: 10_000,
  agency: 3_000,
  operator: 10_000,
};

async function* moments(scope: Scope, idleMs: number, signal: AbortSignal): AsyncGenerator<void, void, void> {
  const signals = subscribeLive(scope, { signal, throttleMs: THROTTLE_MS });
  let next: Promise<unknown> | undefined;
  try {
    while (!signal.aborted) {
      yield;
      next ??= signals.next().finally(() => {
        next = undefined;
      });
      const idle = new AbortController();
      await Promise.race([next, sleep(idleMs, undefined, { signal: idle.signal }).catch(() => {})]);
      idle.abort();
    }
  } finally {
    void signals.return();
  }
}

async function* watch<Figures>(
  scope: Scope,
  idleMs: number,
  signal: AbortSignal | undefined,
  read: () => Promise<Figures>,
): AsyncGenerator<Figures & { staleSince: string | null }, void, void> {
  for await (const _ of moments(scope, idleMs, signal ?? new AbortController().signal)) {
    // Without the worker nothing is split and no signal comes: figures that stand still must not be called live.
    const silent = await silentSince("worker");
    yield { ...(await read()), staleSince: silent?.toISOString() ?? null };
  }
}

/** Today's takings of a merchant as they move. */
export function watchMerchant(scope: MerchantScope, slug: string | undefined, signal?: AbortSignal) {
  return watch(scope, IDLE_MS.merchant, signal, () => readMerchantLive(scope, slug));
}

/** An agency's share of today and what is not settled, as they move. */
export function watchAgency(scope: AgencyScope, slug: string | undefined, signal?: AbortSignal) {
  return watch(scope, IDLE_MS.agency, signal, () => readAgencyLive(scope, slug));
}

/** A program's day and its waiting work, as they move. */
export function watchOperator(scope: OperatorScope, slug: string | undefined, signal?: AbortSignal) {
  return watch(scope, IDLE_MS.operator, signal, () => readOperatorLive(scope, slug));
}

async function readMerchantLive(
  scope: MerchantScope,
  slug: string | undefined,
): Promise<Omit<MerchantLive, "staleSince">> {
  return await withScope(scope, async (tx) => {
    const { program, money, spans } = await pickProgram(tx, slug);
    const day = { programId: program.id, from: spans.dayStart, to: spans.now };
    const today = await readTakings(tx, day);
    const outcomes = await readOutcomes(tx, day);
    return {
      asOf: spans.now.toISOString(),
      taken: money(today.captured),
      payments: Number(today.payments),
      refunded: money(today.refunded),
      declined: Number(outcomes.declined),
      inReview: Number(outcomes.in_review),
      notSettled: money(await readNotSettled(tx, program.id, scope.organisationId)),
    };
  });
}

async function readAgencyLive(
  scope: AgencyScope,
  slug: string | undefined,
): Promise<Omit<AgencyLive, "staleSince">> {
  return await withScope(scope, async (tx) => {
    const { program, money, spans } = await pickProgram(tx, slug);
    const partyId = scope.organisationId;
    const today = await readShare(tx, {
      programId: program.id,
      partyId,
      from: spans.dayStart,
      to: spans.now,
    });
    return {
      asOf: spans.now.toISOString(),
      today: money(today.allocated + today.refunds),
      notSettled: money(await readNotSettled(tx, program.id, partyId)),
    };
  });
}

async function readOperatorLive(
  scope: OperatorScope,
  slug: string | undefined,
): Promise<Omit<OperatorLive, "staleSince">> {
  return await withScope(scope, async (tx) => {
    const { program, money, spans } = await pickProgram(tx, slug);
    const day = { programId: program.id, from: spans.dayStart, to: spans.now };
    const today = await readTakings(tx, day);
    const outcomes = await readOutcomes(tx, day);
    const minutes = await readLastMinutes(tx, program.id, spans.now);
    const queue = await countOpenCases(tx, program.id, new Date(+spans.now + HOUR_MS));
    const waiting = await readUnallocated(tx, program.id);
    const payouts = await countPayoutsWaiting(tx, program.id);
    return {
      asOf: spans.now.toISOString(),
      captured: money(today.captured),
      payments: Number(today.payments),
      declined: Number(outcomes.declined),
      lastMinutes: minutes.map((row) => ({ at: row.at.toISOString(), payments: Number(row.payments) })),
      openCases: Number(queue.open),
      atStake: money(queue.at_stake),
      clearing: money(waiting.micros),
      payoutsWaiting: Number(payouts.count),
      exceptions: Number(await countExceptions(tx, program.id)),
    };
  });
}
