import { describe, expect, test } from "vitest";
import { withClock } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { fromPublicId } from "@/server/platform/ids";
import { mintSystemScope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
import { readMerchantOverview } from "@/server/reporting/service";
import { bringIntoForce, type City, capture, createCity, termsFor } from "../testing";
import { allocatePending } from "./allocate-pending";
import { closePeriod } from "./close-period";
import { addHoliday, listHolidays, removeHoliday } from "./manage-holidays";

useTestDatabase();
const at = (text: string) => new Date(text);
/** A Tuesday; its period ends at ten in the evening in Oslo and is paid out one working day later. */
const TUESDAY = at("2026-05-12T10:00:00Z");
const END = at("2026-05-12T20:00:00Z");

async function cityInForce(): Promise<City> {
  const city = await createCity();
  await withClock(at("2026-01-01T00:00:00Z"), () => bringIntoForce(city, termsFor(city)));
  return city;
}

const add = (city: City, day: string, name = "A holiday") =>
  withClock(TUESDAY, () => addHoliday(city.creator, { programId: city.programId, day, name }));

const daysOf = (city: City, moment = TUESDAY) =>
  withClock(moment, () => listHolidays(city.creator, city.programId));

async function dueAfterClose(city: City): Promise<string[]> {
  await capture(city, { micros: 10_000_000n, at: TUESDAY });
  await allocatePending(city.programId);
  const closed = await withClock(END, () => closePeriod(city.creator, city.programId, END));
  if (!closed.ok) throw new Error(closed.message);
  const { rows } = await withScope(mintSystemScope("test"), (tx) =>
    tx.query<{ due: string }>("select distinct due_on::text as due from payout where run_id = $1", [
      closed.runId,
    ]),
  );
  return rows.map(({ due }) => due);
}

describe("a holiday", () => {
  test("moves the day on which payouts fall due to the next working day, in every announcement of it too", async () => {
    const city = await cityInForce();
    const merchant = city.merchants[0];
    if (!merchant) throw new Error("There is one.");
    const announced = async () =>
      (await withClock(TUESDAY, () => readMerchantOverview(merchant.scope))).nextSettlement.payOutOn;
    expect(await announced()).toBe("2026-05-13");
    expect(await add(city, "2026-05-13")).toEqual({ ok: true });
    expect(await add(city, "2026-05-14", "Ascension Day")).toEqual({ ok: true });
    expect(await announced()).toBe("2026-05-15");
    expect(await dueAfterClose(city)).toEqual(["2026-05-15"]);
  });

  test("is one program's alone, and a payout that was made keeps its day", async () => {
    const [city, other] = [await cityInForce(), await cityInForce()];
    await add(other, "2026-05-13");
    expect(await dueAfterClose(city)).toEqual(["2026-05-13"]);
    await add(city, "2026-05-13");
    const { rows } = await withScope(mintSystemScope("test"), (tx) =>
      tx.query<{ due: string }>("select distinct due_on::text as due from payout where program_id = $1", [
        city.programId,
      ]),
    );
    expect(rows).toEqual([{ due: "2026-05-13" }]);
  });

  test("is added once, removed before it is past, and both are in the audit log", async () => {
    const city = await cityInForce();
    expect(await add(city, "2026-05-11")).toEqual({ ok: false, reason: "holiday_past" });
    expect(await add(city, "2026-05-14", "Ascension Day")).toEqual({ ok: true });
    expect(await add(city, "2026-05-14", "Again")).toEqual({ ok: false, reason: "holiday_exists" });
    expect(await add(city, "2026-05-12", "Today")).toEqual({ ok: true });
    const listed = await daysOf(city);
    expect(listed.map(({ day, name }) => [day, name])).toEqual([
      ["2026-05-12", "Today"],
      ["2026-05-14", "Ascension Day"],
    ]);
    const [today, ascension] = listed.map(({ id }) => fromPublicId("programHoliday", id) ?? "");
    // A day later in Oslo, and still the same day in UTC.
    const later = at("2026-05-12T22:30:00Z");
    expect(await withClock(later, () => removeHoliday(city.creator, today ?? ""))).toEqual({
      ok: false,
      reason: "holiday_past",
    });
    expect(await withClock(later, () => removeHoliday(city.creator, ascension ?? ""))).toEqual({ ok: true });
    expect(await daysOf(city, later)).toEqual([]);
    const { rows } = await withScope(mintSystemScope("test"), (tx) =>
      tx.query<{ action: string }>(
        "select action from audit_entry where subject_id = $1 and action like 'program.holiday%' order by seq",
        [city.programId],
      ),
    );
    expect(rows.map(({ action }) => action)).toEqual([
      "program.holiday_added",
      "program.holiday_added",
      "program.holiday_removed",
    ]);
  });
});
