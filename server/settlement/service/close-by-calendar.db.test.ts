import { describe, expect, test } from "vitest";
import { withClock } from "@/server/platform/clock";
import { withOwner, withScope } from "@/server/platform/db";
import { mintSystemScope } from "@/server/platform/scope";
import { pastGuards, useTestDatabase } from "@/server/platform/testing";
import { bringIntoForce, type City, capture, createCity, termsFor } from "../testing";
import { closeDuePeriods } from "./close-by-calendar";

useTestDatabase();
const system = mintSystemScope("test");
const at = (text: string) => new Date(text);
const beginning = at("2026-01-01T00:00:00Z");

async function cityWith(calendar: Record<string, unknown>, timeZone = "Europe/Oslo"): Promise<City> {
  const city = await createCity({ calendar, timeZone });
  await pastGuards(["program"], "update program set created_at = '2026-01-01' where id = $1", [
    city.programId,
  ]);
  await withClock(beginning, () => bringIntoForce(city, termsFor(city)));
  return city;
}

async function runsOf(city: City) {
  const { rows } = await withScope(system, (tx) =>
    tx.query<{
      end: Date;
      state: string;
      created_by: string | null;
      gross: bigint;
      due: string | null;
      step: string;
    }>(
      `select period_end as end, state, step, created_by, gross_micros as gross,
              (select min(due_on)::text from payout where run_id = settlement_run.id) as due
         from settlement_run where program_id = $1 order by period_end`,
      [city.programId],
    ),
  );
  return rows;
}

const closeAt = (moment: string) => withClock(at(moment), () => closeDuePeriods());

describe("periods close by the calendar", () => {
  test("at the cut-off and not a millisecond before, with nobody as the creator", async () => {
    const city = await cityWith({ every: "day", cutOff: "22:00", payoutDelayBusinessDays: 2 });
    await capture(city, { micros: 5_000_000n, at: at("2026-06-05T10:00:00Z") });
    await closeAt("2026-06-05T19:59:59.999Z");
    expect(await runsOf(city)).toEqual([]);
    await closeAt("2026-06-05T20:00:00Z");
    expect(await runsOf(city)).toEqual([
      {
        end: at("2026-06-05T20:00:00Z"),
        state: "calculated",
        step: "done",
        created_by: null,
        gross: 5_000_000n,
        // A Friday and two working days.
        due: "2026-06-09",
      },
    ]);
    await closeAt("2026-06-05T20:00:00Z");
    expect((await runsOf(city)).length).toBe(1);
  });

  test("periods that were missed are made up for one by one, in order; idle ones are settled at once", async () => {
    const city = await cityWith({ every: "day", cutOff: "22:00", payoutDelayBusinessDays: 1 });
    await capture(city, { micros: 1_000_000n, at: at("2026-06-01T10:00:00Z") });
    await closeAt("2026-06-01T20:00:00Z");
    await capture(city, { micros: 2_000_000n, at: at("2026-06-02T10:00:00Z") });
    await capture(city, { micros: 4_000_000n, at: at("2026-06-04T10:00:00Z") });
    await closeAt("2026-06-05T07:00:00Z");
    const runs = await runsOf(city);
    expect(runs.map(({ end, gross }) => [end.toISOString(), gross])).toEqual([
      ["2026-06-01T20:00:00.000Z", 1_000_000n],
      ["2026-06-02T20:00:00.000Z", 2_000_000n],
      ["2026-06-03T20:00:00.000Z", 0n],
      ["2026-06-04T20:00:00.000Z", 4_000_000n],
    ]);
    expect(runs.every(({ step }) => step === "done")).toBe(true);
  });

  test("days of clock changes last 23 and 25 hours, and months end on their last day", async () => {
    const daily = await cityWith({ every: "day", cutOff: "02:30", payoutDelayBusinessDays: 1 });
    await capture(daily, { micros: 1_000_000n, at: at("2026-03-27T12:00:00Z") });
    await closeAt("2026-03-30T12:00:00Z");
    expect((await runsOf(daily)).map(({ end }) => end.toISOString())).toEqual([
      "2026-03-28T01:30:00.000Z",
      "2026-03-29T01:30:00.000Z",
      "2026-03-30T00:30:00.000Z",
    ]);
    const monthly = await cityWith({ every: "month", day: 31, cutOff: "00:00", payoutDelayBusinessDays: 1 });
    await capture(monthly, { micros: 1_000_000n, at: at("2026-01-15T12:00:00Z") });
    await closeAt("2026-04-30T12:00:00Z");
    expect((await runsOf(monthly)).map(({ end }) => end.toISOString())).toEqual([
      "2026-01-30T23:00:00.000Z",
      "2026-02-27T23:00:00.000Z",
      "2026-03-30T22:00:00.000Z",
      "2026-04-29T22:00:00.000Z",
    ]);
  });

  test("a program in which nothing was captured has no runs, and history from before it was founded is not closed by itself", async () => {
    const idle = await cityWith({ every: "day", cutOff: "22:00", payoutDelayBusinessDays: 1 });
    const young = await cityWith({ every: "day", cutOff: "22:00", payoutDelayBusinessDays: 1 });
    const founded = "update program set created_at = '2026-06-10T08:00:00Z' where id = $1";
    await pastGuards(["program"], founded, [young.programId]);
    await capture(young, { micros: 3_000_000n, at: at("2026-02-10T10:00:00Z") });
    await closeAt("2026-06-10T12:00:00Z");
    expect(await runsOf(idle)).toEqual([]);
    expect(await runsOf(young)).toEqual([]);
    await closeAt("2026-06-10T20:00:00Z");
    expect((await runsOf(young)).map(({ end, gross }) => [end.toISOString(), gross])).toEqual([
      ["2026-06-10T20:00:00.000Z", 3_000_000n],
    ]);
  });

  test("a program whose run fails waits alone; the others close, and it is made up for afterwards", async () => {
    const [first, second] = [
      await cityWith({ every: "day", cutOff: "22:00", payoutDelayBusinessDays: 1 }),
      await cityWith({ every: "day", cutOff: "22:00", payoutDelayBusinessDays: 1 }),
    ];
    for (const city of [first, second])
      await capture(city, { micros: 1_000_000n, at: at("2026-06-01T10:00:00Z") });
    const cut = (verb: "create" | "drop") =>
      withOwner((client) =>
        client.query(
          verb === "create"
            ? `create function cut_run() returns trigger language plpgsql as $$ begin
                 if new.program_id = '${first.programId}' then raise exception 'poisoned run'; end if; return new; end $$;
               create trigger cut before insert on settlement_run for each row execute function cut_run()`
            : "drop trigger cut on settlement_run; drop function cut_run()",
        ),
      );
    await cut("create");
    await closeAt("2026-06-01T21:00:00Z");
    expect((await runsOf(first)).length).toBe(0);
    expect((await runsOf(second)).length).toBe(1);
    const failures = await withScope(system, (tx) =>
      tx.query("select job, program_id, reason, attempts from job_failure where item = $1", [
        first.programId,
      ]),
    );
    expect(failures.rows).toEqual([
      { job: "settlement.close-periods", program_id: first.programId, reason: "poisoned run", attempts: 1 },
    ]);
    await cut("drop");
    await withOwner((client) => client.query("update job_failure set next_try_at = now()"));
    await closeAt("2026-06-01T21:00:00Z");
    expect((await runsOf(first)).length).toBe(1);
    const open = await withScope(system, (tx) =>
      tx.query("select 1 from job_failure where item = $1 and resolved_at is null", [first.programId]),
    );
    expect(open.rows).toEqual([]);
  });
});
