/** Days on which a program's banks move nothing, kept by whoever manages programs. */
import { audit } from "@/server/audit/service";
import { now } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { notFound } from "@/server/platform/errors";
import { newId, toPublicId } from "@/server/platform/ids";
import type { OperatorScope } from "@/server/platform/scope";
import * as holidays from "../repository/keep-holidays";
import { getProgram, lockProgram } from "../repository/read-program";
import { formatLocalDay, localDayOf } from "../rules/compute-period";
import type { HolidayView } from "../schema";

/** Today's and those to come. */
export async function listHolidays(scope: OperatorScope, programId: string): Promise<HolidayView[]> {
  return await withScope(scope, async (tx) => {
    const { timeZone } = await getProgram(tx, programId);
    const rows = await holidays.listHolidays(tx, programId, todayIn(timeZone));
    return rows.map(({ id, day, name }) => ({ id: toPublicId("programHoliday", id), day, name }));
  });
}

export type HolidayRefusal = { ok: false; reason: "holiday_past" | "holiday_exists" };

/**
 * Adds a day. Payouts of runs that are calculated from then on fall due after it; those that are made already keep
 * their day. A day that is past is refused, as it could only blur why a payout was due when it was.
 */
export async function addHoliday(
  scope: OperatorScope,
  holiday: { programId: string; day: string; name: string },
): Promise<{ ok: true } | HolidayRefusal> {
  return await withScope(scope, async (tx): Promise<{ ok: true } | HolidayRefusal> => {
    await lockProgram(tx, holiday.programId);
    const { timeZone } = await getProgram(tx, holiday.programId);
    if (holiday.day < todayIn(timeZone)) return { ok: false, reason: "holiday_past" };
    const id = newId("programHoliday");
    const by = scope.actor.kind === "user" ? scope.actor.id : null;
    if (!(await holidays.insertHoliday(tx, { ...holiday, id, by, at: now() })))
      return { ok: false, reason: "holiday_exists" };
    await audit(tx, scope, {
      action: "program.holiday_added",
      subjectKind: "program",
      subjectId: holiday.programId,
      after: { day: holiday.day, name: holiday.name },
    });
    return { ok: true };
  });
}

/** Takes away a day that is not past. */
export async function removeHoliday(
  scope: OperatorScope,
  id: string,
): Promise<{ ok: true } | { ok: false; reason: "holiday_past" }> {
  return await withScope(scope, async (tx): Promise<{ ok: true } | { ok: false; reason: "holiday_past" }> => {
    const found = await holidays.findHoliday(tx, id);
    if (!found) throw notFound("holiday");
    const { timeZone } = await getProgram(tx, found.programId);
    const removed = await holidays.deleteHoliday(tx, { id, from: todayIn(timeZone) });
    if (!removed) return { ok: false, reason: "holiday_past" };
    await audit(tx, scope, {
      action: "program.holiday_removed",
      subjectKind: "program",
      subjectId: removed.programId,
      before: { day: removed.day, name: removed.name },
    });
    return { ok: true };
  });
}

const todayIn = (timeZone: string) => formatLocalDay(localDayOf(now(), timeZone));
