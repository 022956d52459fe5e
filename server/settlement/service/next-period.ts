/** Which period of a program is closed next. */
import { now } from "@/server/platform/clock";
import type { SqlTx } from "@/server/platform/db";
import { microsPerMinor } from "@/server/platform/money";
import type { SettlementProgram } from "../repository/read-program";
import { findFirstWaiting, type RunRow } from "../repository/write-run";
import type { Period } from "../rules/compute-period";
import { lastPeriodOver, periodAt, periodBefore } from "../rules/plan-periods";
import { readGoverningVersions } from "./compile-version";

/**
 * From the end of the last run up to the next end of the calendar, or up to `until` when that comes first: a run never
 * reaches over an end of the calendar, since ceilings and guarantees are per period. A first run closes the period of
 * the first payment that waits; without `until` none from before the program was founded, so that imported history is
 * not closed day by day but settles with the first period, as late arrivals do.
 */
export async function nextPeriod(
  tx: SqlTx,
  program: SettlementProgram,
  last: RunRow | null,
  until?: Date,
): Promise<Period> {
  const next = last
    ? { start: last.period_end, end: periodAt(program, last.period_end).end }
    : await firstPeriod(tx, program, until);
  return until && until < next.end ? { ...next, end: until } : next;
}

async function firstPeriod(tx: SqlTx, program: SettlementProgram, until?: Date): Promise<Period> {
  const waiting = await firstWaiting(tx, program);
  if (until) {
    const latest = periodBefore(program, until);
    return waiting && waiting < latest.start ? periodAt(program, waiting) : latest;
  }
  const latest = lastPeriodOver(program, now());
  if (!waiting) return latest;
  // Under a moved clock a program may stand before it was founded.
  const founded = program.createdAt <= now() ? program.createdAt : latest.start;
  return periodAt(program, new Date(Math.max(+waiting, +founded)));
}

/** When the first payment or refund was made that the program's first run would take; null when there is none. */
export async function firstWaiting(tx: SqlTx, program: SettlementProgram): Promise<Date | null> {
  const versions = await readGoverningVersions(tx, program);
  return await findFirstWaiting(tx, program.id, {
    governedFrom: versions[0]?.governsFrom ?? null,
    unitMicros: microsPerMinor(program.currency),
  });
}
