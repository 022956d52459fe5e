/** A program's calendar, changed for the future: one person proposes it, another confirms it. */
import type { Calendar } from "@/server/identity/schema";
import { now } from "@/server/platform/clock";
import { type SqlTx, withScope } from "@/server/platform/db";
import { invariant } from "@/server/platform/errors";
import { newId } from "@/server/platform/ids";
import type { OperatorScope } from "@/server/platform/scope";
import { getProgram, lockProgram, type SettlementProgram } from "../repository/read-program";
import { insertCalendar } from "../repository/write-calendar";
import { type ConfirmationRow, hasWaitingFor } from "../repository/write-confirmation";
import { calendarSchema, type SettlementCalendar } from "../rules/compute-period";
import { calendarAt, endsAfter, endsPeriod } from "../rules/plan-periods";
import type { ProgramCalendarView } from "../schema";
import { type ProposeResult, propose } from "./propose-change";

/** So many of the coming ends of periods are offered as the beginning of a change. */
const ENDS_OFFERED = 31;

export type CalendarRefusal =
  | "calendar_unchanged"
  | "calendar_not_at_period_end"
  | "calendar_not_after_last"
  | "calendar_from_past";

/** The calendar that holds, those to come, and from when another can hold. */
export async function readProgramCalendar(
  scope: OperatorScope,
  programId: string,
): Promise<ProgramCalendarView> {
  return await withScope(scope, async (tx) => {
    const program = await getProgram(tx, programId);
    const at = now();
    return {
      current: calendarAt(program, at),
      coming: comingOf(program, at).map(({ from, calendar }) => ({ from: from.toISOString(), calendar })),
      waiting: await hasWaitingFor(tx, { action: "calendar.change", programId }),
      ends: endsAfter(program, latestOf(program, at), ENDS_OFFERED).map((end) => end.toISOString()),
    };
  });
}

/** Proposes another calendar from the end of a period on; `from` lies after every change that is agreed already. */
export async function proposeCalendar(
  scope: OperatorScope,
  change: { programId: string; from: Date; calendar: Calendar },
): Promise<ProposeResult<CalendarRefusal | "proposal_waits">> {
  return await withScope(scope, async (tx) => {
    await lockProgram(tx, change.programId);
    const calendar = calendarSchema.parse(change.calendar);
    const reason = await faultOf(tx, change.programId, change.from, calendar);
    if (reason) return { ok: false, reason };
    if (await hasWaitingFor(tx, { action: "calendar.change", programId: change.programId })) {
      return { ok: false, reason: "proposal_waits" };
    }
    return await propose(tx, scope, {
      action: "calendar.change",
      programId: change.programId,
      payload: { starts_at: change.from.toISOString(), calendar },
    });
  });
}

/** What the second person may find, as a proposal stands for days. */
export const changeCalendar = {
  async faultOf(tx: SqlTx, proposal: ConfirmationRow): Promise<CalendarRefusal | null> {
    const { programId, from, calendar } = contentOf(proposal);
    return await faultOf(tx, programId, from, calendar);
  },
  async apply(tx: SqlTx, proposal: ConfirmationRow): Promise<void> {
    await insertCalendar(tx, {
      id: newId("programCalendar"),
      ...contentOf(proposal),
      confirmationId: proposal.id,
    });
  },
};

async function faultOf(
  tx: SqlTx,
  programId: string,
  from: Date,
  calendar: SettlementCalendar,
): Promise<CalendarRefusal | null> {
  const program = await getProgram(tx, programId);
  if (from <= now()) return "calendar_from_past";
  const last = program.calendars.at(-1);
  if (last?.from && from <= last.from) return "calendar_not_after_last";
  if (!endsPeriod(program, from)) return "calendar_not_at_period_end";
  const before = calendarAt(program, from);
  const same = (Object.keys(calendar) as (keyof SettlementCalendar)[]).every(
    (key) => (key === "day" && calendar.every === "day") || calendar[key] === before[key],
  );
  return same ? "calendar_unchanged" : null;
}

function contentOf({ program_id: programId, payload }: ConfirmationRow) {
  invariant(programId, "a change of calendar names its program");
  return {
    programId,
    from: new Date(String(payload.starts_at)),
    calendar: calendarSchema.parse(payload.calendar),
  };
}

function comingOf({ calendars }: SettlementProgram, at: Date) {
  return calendars.flatMap(({ from, calendar }) => (from && from > at ? [{ from, calendar }] : []));
}

function latestOf(program: SettlementProgram, at: Date): Date {
  return comingOf(program, at).at(-1)?.from ?? at;
}
