import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { withClock } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { newId } from "@/server/platform/ids";
import { mintSystemScope } from "@/server/platform/scope";
import { pastGuards, useTestDatabase } from "@/server/platform/testing";
import { isPeriodEnd, localTimeToInstant, periodOf } from "../rules/compute-period";
import { bringIntoForce, byTwo, type City, capture, confirmAs, createCity, termsFor } from "../testing";
import { allocatePending } from "./allocate-pending";
import { withdrawProposal } from "./answer-proposal";
import { proposeCalendar, readProgramCalendar } from "./change-calendar";
import { closeDuePeriods } from "./close-by-calendar";
import { previewClose } from "./preview-close";
import { listWaitingFor } from "./read-waiting";

useTestDatabase();
const system = mintSystemScope("test");
const at = (text: string) => new Date(text);

const DAILY = { every: "day", day: 1, cutOff: "22:00", payoutDelayBusinessDays: 1 } as const;
const FRIDAYS = { every: "week", day: 5, cutOff: "22:00", payoutDelayBusinessDays: 3 } as const;

/** A Tuesday, two ends of days before the change. */
const NOW = at("2026-06-02T10:00:00Z");
const FROM = at("2026-06-03T20:00:00Z");

async function cityOf(): Promise<City> {
  const city = await createCity({ calendar: DAILY });
  await found(city, {});
  return city;
}

/** Its program stands and is governed since January. */
async function found(city: City, change: Record<string, unknown>): Promise<void> {
  await pastGuards(["program"], "update program set created_at = '2026-01-01' where id = $1", [
    city.programId,
  ]);
  await withClock(at("2026-01-01T00:00:00Z"), () => bringIntoForce(city, termsFor(city, change)));
}

const proposal = (city: City, change: { from?: Date; calendar?: typeof DAILY | typeof FRIDAYS } = {}) =>
  proposeCalendar(city.creator, { programId: city.programId, from: FROM, calendar: FRIDAYS, ...change });

const agreeOn = (city: City, change: Parameters<typeof proposal>[1] = {}, moment = NOW) =>
  withClock(moment, () => byTwo(city, proposal(city, change)));

const calendarOf = (city: City, moment: Date) =>
  withClock(moment, () => readProgramCalendar(city.creator, city.programId));

async function query<Row>(text: string, params: unknown[]): Promise<Row[]> {
  return (await withScope(system, (tx) => tx.query<Row>(text, params))).rows;
}

/** The constraint that stopped a statement of the application's role, or the code of the refusal. */
async function refusalOf(text: string, params: unknown[]): Promise<string | undefined> {
  try {
    await withScope(system, (tx) => tx.query(text, params));
  } catch (error) {
    const { constraint, code } = error as { constraint?: string; code?: string };
    return constraint ?? code;
  }
  return undefined;
}

describe("another calendar", () => {
  test("takes two people, and stands as coming until it holds", async () => {
    const city = await cityOf();
    const proposed = await withClock(NOW, () => proposal(city));
    if (!proposed.ok) throw new Error(proposed.reason);
    expect(await calendarOf(city, NOW)).toMatchObject({ current: DAILY, coming: [], waiting: true });
    const [waiting] = await withClock(NOW, () => listWaitingFor(city.approver));
    expect(waiting).toMatchObject({
      action: "calendar.change",
      fault: null,
      calendar: { from: FROM.toISOString(), timeZone: "Europe/Oslo", calendar: FRIDAYS },
    });
    expect(await withClock(NOW, () => confirmAs(city.creator, proposed.confirmationId))).toEqual({
      ok: false,
      reason: "same_person",
    });
    expect(await withClock(NOW, () => confirmAs(city.approver, proposed.confirmationId))).toEqual({
      ok: true,
    });
    const agreed = await calendarOf(city, NOW);
    expect(agreed).toMatchObject({
      current: DAILY,
      coming: [{ from: FROM.toISOString(), calendar: FRIDAYS }],
      waiting: false,
    });
    // Another change begins where a period of the coming calendar ends.
    expect(agreed.ends[0]).toBe("2026-06-05T20:00:00.000Z");
    expect(await calendarOf(city, FROM)).toMatchObject({ current: FRIDAYS, coming: [] });
  });

  test("begins at the end of a period that is to come, after every change agreed before, and changes something", async () => {
    const city = await cityOf();
    const refused = async (change: Parameters<typeof proposal>[1], moment = NOW) => {
      const result = await withClock(moment, () => proposal(city, change));
      return result.ok ? "proposed" : result.reason;
    };
    expect(await refused({ from: at("2026-06-01T20:00:00Z") })).toBe("calendar_from_past");
    expect(await refused({ from: at("2026-06-03T20:00:00.001Z") })).toBe("calendar_not_at_period_end");
    expect(await refused({ calendar: DAILY })).toBe("calendar_unchanged");
    const standing = await withClock(NOW, () => proposal(city));
    if (!standing.ok) throw new Error(standing.reason);
    expect(await refused({})).toBe("proposal_waits");
    // Nobody answered before the moment came.
    expect(await withClock(FROM, () => confirmAs(city.approver, standing.confirmationId))).toEqual({
      ok: false,
      reason: "calendar_from_past",
    });
    await withClock(NOW, () => withdrawProposal(city.creator, standing.confirmationId));
    await agreeOn(city);
    expect(await refused({ from: at("2026-06-02T20:00:00Z") })).toBe("calendar_not_after_last");
    expect(await refused({ from: at("2026-06-04T20:00:00Z"), calendar: DAILY })).toBe(
      "calendar_not_at_period_end",
    );
    await agreeOn(city, { from: at("2026-06-05T20:00:00Z"), calendar: DAILY });
    expect((await calendarOf(city, NOW)).coming.length).toBe(2);
  });

  test("leaves the periods before it as they were: closing, ceilings, guarantees and payout days follow each", async () => {
    const city = await createCity({ calendar: DAILY });
    const [third, earner] = city.agencies.map(({ slug }) => slug);
    await found(city, {
      rules: [
        {
          name: "Everything",
          steps: [
            { id: "network", kind: "fixed", to: earner, amount: "0.10", perPeriodMax: "0.15" },
            { id: "merchant", kind: "share", shares: [{ to: "$merchant", weight: "1" }] },
          ],
        },
      ],
      guarantees: [{ to: third, amount: "0.05", per: "period", fundedBy: [{ from: earner, weight: "1" }] }],
    });
    await agreeOn(city);
    const twoOnOneDay = ["2026-06-03T08:00:00Z", "2026-06-03T09:00:00Z"];
    const acrossTheWeek = ["2026-06-04T08:00:00Z", "2026-06-05T08:00:00Z"];
    for (const moment of [...twoOnOneDay, ...acrossTheWeek]) {
      await capture(city, { micros: 2_000_000n, at: at(moment) });
    }
    await allocatePending(city.programId);
    await withClock(at("2026-06-06T08:00:00Z"), () => closeDuePeriods());
    const runs = await query<{
      start: Date;
      end: Date;
      gross: bigint;
      due: string;
      network: bigint;
      guaranteed: bigint;
    }>(
      `select r.period_start as start, r.period_end as end, r.gross_micros as gross,
              (select min(due_on)::text from payout where run_id = r.id) as due,
              (select allocated_micros from statement where run_id = r.id and party_id = $2) as network,
              (select guarantees_micros from statement where run_id = r.id and party_id = $3) as guaranteed
         from settlement_run r where r.program_id = $1 order by r.period_end`,
      [city.programId, city.agencies[1]?.id, city.agencies[0]?.id],
    );
    expect(runs).toEqual([
      // A Wednesday and one working day.
      {
        start: at("2026-06-02T20:00:00Z"),
        end: FROM,
        gross: 4_000_000n,
        due: "2026-06-04",
        network: 150_000n,
        guaranteed: 50_000n,
      },
      // A Friday and three: with the calendar before, it would have been two runs, 0.20 and 0.10.
      {
        start: FROM,
        end: at("2026-06-05T20:00:00Z"),
        gross: 4_000_000n,
        due: "2026-06-10",
        network: 150_000n,
        guaranteed: 50_000n,
      },
    ]);
    const next = await withClock(at("2026-06-06T08:00:00Z"), () =>
      previewClose(city.creator, city.programId),
    );
    expect(next).toMatchObject({
      periodStart: "2026-06-05T20:00:00.000Z",
      periodEnd: "2026-06-12T20:00:00.000Z",
      over: false,
    });
  });

  test("comes no other way, not even with somebody's confirmation", async () => {
    const city = await cityOf();
    for (const change of ['calendar = \'{"every":"month","cutOff":"00:00"}\'', "time_zone = 'Asia/Tokyo'"]) {
      expect(await refusalOf(`update program set ${change} where id = $1`, [city.programId])).toBe("23001");
    }
    await agreeOn(city);
    // What two people have agreed holds once, and is neither moved nor removed.
    expect(await refusalOf("update program_calendar set starts_at = starts_at + '1 day'", [])).toBe("42501");
    expect(await refusalOf("delete from program_calendar", [])).toBe("42501");
    const early = await withClock(NOW, () =>
      proposal(city, { from: at("2026-06-05T20:00:00Z"), calendar: DAILY }),
    );
    if (!early.ok) throw new Error(early.reason);
    const late = at("2026-06-05T20:00:00Z");
    await query(
      "update confirmation set confirmed_by = $2, confirmed_in = $3, confirmed_at = $4 where id = $1",
      [
        early.confirmationId,
        city.approver.actor.kind === "user" ? city.approver.actor.id : null,
        city.operatorId,
        late,
      ],
    );
    expect(
      await refusalOf(
        "insert into program_calendar (id, program_id, starts_at, calendar, confirmation_id) values (gen_random_uuid(), $1, $2, $3, $4)",
        [city.programId, late, JSON.stringify(DAILY), early.confirmationId],
      ),
    ).toBe("calendar_of_the_future");
  });

  test("begins at the end of a period also when it comes past the service", async () => {
    const city = await cityOf();
    const insert = async (from: Date) => {
      const confirmationId = newId("confirmation");
      const [creator, approver] = [city.creator, city.approver].map(({ actor }) =>
        actor.kind === "user" ? actor.id : null,
      );
      const payload = JSON.stringify({ starts_at: from.toISOString(), calendar: FRIDAYS });
      await query(
        `insert into confirmation (id, action, program_id, payload, proposed_by, proposed_in, proposed_at, expires_at)
         values ($1, 'calendar.change', $2, $3, $4, $5, $6::timestamptz, $6::timestamptz + interval '7 days')`,
        [confirmationId, city.programId, payload, creator, city.operatorId, NOW],
      );
      await query(
        "update confirmation set confirmed_by = $2, confirmed_in = $3, confirmed_at = $4 where id = $1",
        [confirmationId, approver, city.operatorId, NOW],
      );
      return await refusalOf(
        `insert into program_calendar (id, program_id, starts_at, calendar, confirmation_id)
         values (gen_random_uuid(), $1, $2, $3, $4)`,
        [city.programId, from, JSON.stringify(FRIDAYS), confirmationId],
      );
    };
    expect(await insert(new Date(+FROM - 1))).toBe("calendar_at_period_end");
    expect(await insert(new Date(+FROM + 3_600_000))).toBe("calendar_at_period_end");
    expect(await insert(FROM)).toBeUndefined();
    // From then on periods end on Fridays alone.
    expect(await insert(at("2026-06-04T20:00:00Z"))).toBe("calendar_at_period_end");
  });
});

describe("ends of periods", () => {
  test("are the same moments for the database as for the product, through every change of clocks", async () => {
    const zones = [
      "Europe/Oslo",
      "America/New_York",
      "Australia/Lord_Howe",
      "Asia/Kathmandu",
      "Pacific/Apia",
      "UTC",
    ];
    const calendar = fc.record({
      every: fc.constantFrom("day" as const, "week" as const, "month" as const),
      day: fc.integer({ min: 1, max: 31 }),
      cutOff: fc
        .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 15, 30, 59))
        .map(([hour, minute]) => `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`),
      payoutDelayBusinessDays: fc.constant(1),
    });
    const start = fc.date({
      min: at("2015-01-01T00:00:00Z"),
      max: at("2035-01-01T00:00:00Z"),
      noInvalidDate: true,
    });
    const cases = fc
      .sample(fc.tuple(calendar, fc.constantFrom(...zones), start), { numRuns: 400, seed: 29 })
      .flatMap(([each, zone, moment]) => {
        // Months around the changes of clocks, where wall times are skipped and come twice.
        const { start: from, end } = periodOf(moment, each, zone);
        return [from, end, new Date(+end - 1), new Date(+end + 3_600_000), new Date(+end - 1_800_000)].map(
          (probe) => ({ each, zone, probe, ends: isPeriodEnd(probe, each, zone) }),
        );
      });
    expect(cases.filter(({ ends }) => ends).length).toBeGreaterThan(700);
    expect(cases.filter(({ ends }) => !ends).length).toBeGreaterThan(700);
    const rows = await query<{ ends: boolean }>(
      `select is_period_end(c.calendar, c.zone, c.probe) as ends
         from unnest($1::jsonb[], $2::text[], $3::timestamptz[]) with ordinality c(calendar, zone, probe, n) order by n`,
      [
        cases.map(({ each }) => JSON.stringify(each)),
        cases.map(({ zone }) => zone),
        cases.map(({ probe }) => probe),
      ],
    );
    const differing = cases.filter(({ ends }, n) => rows[n]?.ends !== ends);
    expect(differing).toEqual([]);
  });

  test("of a time that clocks skip or show twice", async () => {
    const moments = await query<{ moment: Date }>(
      `select local_moment(wall::timestamp, zone) as moment
         from unnest($1::text[], $2::text[]) with ordinality t(wall, zone, n) order by n`,
      [
        ["2026-03-29 02:30", "2026-10-25 02:30", "2026-06-01 22:00", "2026-10-04 02:15"],
        ["Europe/Oslo", "Europe/Oslo", "Europe/Oslo", "Australia/Lord_Howe"],
      ],
    );
    expect(moments.map(({ moment }) => moment.toISOString())).toEqual([
      "2026-03-29T01:30:00.000Z",
      "2026-10-25T00:30:00.000Z",
      "2026-06-01T20:00:00.000Z",
      localTimeToInstant({ year: 2026, month: 10, day: 4 }, "02:15", "Australia/Lord_Howe").toISOString(),
    ]);
  });
});
