/** Overviews of the three portals. Read only. */

import { now } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { toPublicId } from "@/server/platform/ids";
import type { AgencyScope, MerchantScope, OperatorScope } from "@/server/platform/scope";
import { previewPeriod } from "@/server/settlement/service/preview-period";
import { findPrograms, listPartyColours, type ProgramRow } from "./repository/find-programs";
import {
  countAgreementsWaiting,
  countDevices,
  countDevicesToLookAt,
  countExceptions,
  countOpenCases,
  countOwnConfirmations,
  countPayoutsWaiting,
  findLastPayout,
  type LastPayoutRow,
  readUnallocated,
  sumPayoutsOnTheWay,
} from "./repository/read-operations";
import {
  readFlow,
  readNotSettled,
  readOwnShareByDayAndKind,
  readSettled,
  readShare,
  readShareBySteps,
  readSplitOfMerchant,
} from "./repository/read-shares";
import {
  readDeclineReasons,
  readLastMinutes,
  readOutcomes,
  readTakings,
  readTakingsByDayAndKind,
  readTakingsByHour,
} from "./repository/read-takings";
import { listDays, percentOf, seriesByDay } from "./rules";
import type { AgencyOverview, Attention, MerchantOverview, MoneyJson, OperatorOverview } from "./schema";
import { choiceOf, pickProgram } from "./service/pick-program";

export { search } from "./service/search-portal";
export { watchAgency, watchMerchant, watchOperator } from "./service/watch-live";

/** A device that is active and has not been heard of for this long counts as silent. */
const SILENT_AFTER_HOURS = 24;
const HOUR_MS = 3_600_000;

/** What waits for somebody of this organisation; figures of the navigation. */
export async function readAttention(scope: MerchantScope | AgencyScope): Promise<Attention> {
  return await withScope(scope, async (tx) => {
    const programs = await findPrograms(tx);
    const silentSince = new Date(+now() - SILENT_AFTER_HOURS * HOUR_MS);
    return {
      programs: programs.map(choiceOf),
      parties: await listPartyColours(tx),
      devices: scope.kind === "merchant" ? Number(await countDevicesToLookAt(tx, silentSince)) : 0,
      agreements: Number(await countAgreementsWaiting(tx, scope.organisationId)),
      secondPerson: await countOwnConfirmations(tx, scope.organisationId),
    };
  });
}

export async function readMerchantOverview(scope: MerchantScope, slug?: string): Promise<MerchantOverview> {
  return await withScope(scope, async (tx) => {
    const { program, programs, money, plain, spans } = await pickProgram(tx, slug);
    const programId = program.id;
    const partyId = scope.organisationId;
    const day = { programId, from: spans.dayStart, to: spans.now };
    const month = { programId, from: spans.monthStart, to: spans.now };
    const today = await readTakings(tx, day);
    const before = await readTakings(tx, { programId, from: spans.weekBeforeStart, to: spans.weekBeforeNow });
    const outcomes = await readOutcomes(tx, day);
    const hours = await readTakingsByHour(tx, programId, program.time_zone, spans.dayStart);
    const kindRows = await readTakingsByDayAndKind(tx, month, program.time_zone);
    const shareRows = await readOwnShareByDayAndKind(tx, month, program.time_zone);
    const notSettled = await readNotSettled(tx, programId, partyId);
    const split = await readSplitOfMerchant(tx, { ...month, merchantId: partyId });
    const devices = await countDevices(tx, programId, new Date(+spans.now - SILENT_AFTER_HOURS * HOUR_MS));
    const payout = await findLastPayout(tx, programId, partyId);
    return {
      program: choiceOf(program),
      programs,
      asOf: spans.now.toISOString(),
      today: {
        taken: money(today.captured),
        payments: Number(today.payments),
        takenWeekBefore: money(before.captured),
        refunded: money(today.refunded),
        declined: Number(outcomes.declined),
        inReview: Number(outcomes.in_review),
        inReviewAmount: money(outcomes.in_review_micros),
      },
      byHour: hours.map((row) => ({ hour: row.hour, today: plain(row.today), usual: plain(row.usual) })),
      byDay: listDays(spans.monthStart, spans.now, program.time_zone).map((localDay) => {
        const taken = kindRows.filter((row) => row.day === localDay);
        const yours = shareRows.filter((row) => row.day === localDay);
        return {
          day: localDay,
          taken: plain(sum(taken.map((row) => row.captured))),
          yours: plain(sum(yours.map((row) => row.micros))),
          payments: Number(sum(taken.map((row) => row.payments))),
        };
      }),
      byKind: totalsByKind(kindRows).map((row) => ({
        kind: row.kind,
        amount: plain(row.captured),
        payments: Number(row.payments),
      })),
      notSettled: money(notSettled),
      split: split.map((row) => ({
        slug: row.slug,
        name: row.name,
        kind: row.kind,
        amount: plain(row.micros),
        refunded: plain(row.refunded_micros),
      })),
      devices: {
        active: Number(devices.active),
        silent: Number(devices.silent),
        suspended: Number(devices.suspended),
        total: Number(devices.total),
      },
      lastPayout: presentPayout(payout, money),
      nextSettlement: presentPeriod(program, spans.now),
    };
  });
}

export async function readAgencyOverview(scope: AgencyScope, slug?: string): Promise<AgencyOverview> {
  return await withScope(scope, async (tx) => {
    const { program, programs, money, plain, spans } = await pickProgram(tx, slug);
    const partyId = scope.organisationId;
    const programId = program.id;
    const month = { programId, partyId, from: spans.monthStart, to: spans.now };
    const notSettled = await readNotSettled(tx, programId, partyId);
    const settled = await readSettled(tx, month);
    const settledBefore = await readSettled(tx, {
      ...month,
      from: spans.monthBeforeStart,
      to: spans.monthStart,
    });
    const today = await readShare(tx, { ...month, from: spans.dayStart });
    const before = await readShare(tx, { ...month, from: spans.weekBeforeStart, to: spans.weekBeforeNow });
    const monthShare = await readShare(tx, month);
    const dayRows = await readOwnShareByDayAndKind(tx, month, program.time_zone);
    const steps = await readShareBySteps(tx, month);
    const payout = await findLastPayout(tx, programId, partyId);
    const onTheWay = await sumPayoutsOnTheWay(tx, programId, partyId);
    const days = listDays(spans.monthStart, spans.now, program.time_zone);
    const { byDay, kinds } = seriesByDay(days, dayRows, (row) => plain(row.micros));
    return {
      program: choiceOf(program),
      programs,
      asOf: spans.now.toISOString(),
      notSettled: money(notSettled),
      settled: money(settled),
      settledBefore: money(settledBefore),
      today: money(today.allocated + today.refunds),
      todayWeekBefore: money(before.allocated + before.refunds),
      refunds: money(monthShare.refunds),
      onTheWay: { count: Number(onTheWay.count), amount: money(onTheWay.micros) },
      lastRemittance: presentPayout(payout, money),
      nextSettlement: presentPeriod(program, spans.now),
      byDay,
      kinds,
      bySteps: steps.map((row) => ({
        rule: row.rule,
        step: row.step,
        amount: plain(row.micros),
        payments: Number(row.payments),
      })),
      agreementsWaiting: Number(await countAgreementsWaiting(tx, partyId)),
    };
  });
}

export async function readOperatorOverview(scope: OperatorScope, slug?: string): Promise<OperatorOverview> {
  return await withScope(scope, async (tx) => {
    const { program, programs, money, plain, spans } = await pickProgram(tx, slug);
    const programId = program.id;
    const day = { programId, from: spans.dayStart, to: spans.now };
    const today = await readTakings(tx, day);
    const before = await readTakings(tx, { programId, from: spans.weekBeforeStart, to: spans.weekBeforeNow });
    const outcomes = await readOutcomes(tx, day);
    const queue = await countOpenCases(tx, programId, new Date(+spans.now + HOUR_MS));
    const waiting = await readUnallocated(tx, programId);
    const payouts = await countPayoutsWaiting(tx, programId);
    const devices = await countDevices(tx, programId, new Date(+spans.now - SILENT_AFTER_HOURS * HOUR_MS));
    const minutes = await readLastMinutes(tx, programId, spans.now);
    const month = { programId, from: spans.monthStart, to: spans.now };
    const dayRows = await readTakingsByDayAndKind(tx, month, program.time_zone);
    const flow = await readFlow(tx, programId, spans.weekBeforeNow, spans.now);
    const declines = await readDeclineReasons(tx, { ...month, from: spans.weekBeforeNow });
    const days = listDays(spans.monthStart, spans.now, program.time_zone);
    const { byDay, kinds } = seriesByDay(days, dayRows, (row) => plain(row.captured));
    return {
      program: choiceOf(program),
      programs,
      asOf: spans.now.toISOString(),
      today: {
        captured: money(today.captured),
        capturedWeekBefore: money(before.captured),
        payments: Number(today.payments),
        declined: Number(outcomes.declined),
        approvalRate: percentOf(outcomes.approved, outcomes.approved + outcomes.declined),
      },
      lastMinutes: minutes.map((row) => ({ at: row.at.toISOString(), payments: Number(row.payments) })),
      review: {
        open: Number(queue.open),
        atStake: money(queue.at_stake),
        dueWithinHour: Number(queue.due_soon),
      },
      clearing: {
        amount: money(waiting.micros),
        oldestSeconds: waiting.oldest_seconds,
      },
      payoutsWaiting: { count: Number(payouts.count), amount: money(payouts.micros) },
      exceptions: Number(await countExceptions(tx, programId)),
      devices: {
        active: Number(devices.active),
        silent: Number(devices.silent),
        suspended: Number(devices.suspended),
        total: Number(devices.total),
      },
      byDay,
      kinds,
      flow: flow.map((row) => ({
        from: row.from_slug,
        fromName: row.from_name,
        to: row.to_slug,
        toName: row.to_name,
        amount: plain(row.micros),
        refunded: plain(row.refunded_micros),
      })),
      declines: declines.map((row) => ({ reason: row.reason, count: Number(row.count) })),
    };
  });
}

function presentPayout(row: LastPayoutRow | null, money: (micros: bigint) => MoneyJson) {
  if (!row) return null;
  return {
    id: toPublicId("payout", row.id),
    amount: money(row.amount_micros),
    state: row.state,
    at: row.at.toISOString(),
  };
}

function presentPeriod(program: ProgramRow, at: Date) {
  const { end, payOutOn } = previewPeriod(
    at,
    program.calendars,
    program.time_zone,
    new Set(program.holidays),
  );
  return { closesAt: end.toISOString(), payOutOn };
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}

function totalsByKind(rows: readonly { kind: string; captured: bigint; payments: bigint }[]) {
  const totals = new Map<string, { kind: string; captured: bigint; payments: bigint }>();
  for (const row of rows) {
    const total = totals.get(row.kind) ?? { kind: row.kind, captured: 0n, payments: 0n };
    total.captured += row.captured;
    total.payments += row.payments;
    totals.set(row.kind, total);
  }
  return [...totals.values()].sort((a, b) => (a.captured < b.captured ? 1 : -1));
}
