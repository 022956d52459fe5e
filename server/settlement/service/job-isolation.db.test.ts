import { beforeEach, describe, expect, test } from "vitest";
import { withClock } from "@/server/platform/clock";
import { withOwner, withScope } from "@/server/platform/db";
import { mintSystemScope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
import { allocateAllPrograms } from "../jobs";
import {
  bringIntoForce,
  type City,
  capture,
  clearingBalance,
  createCity,
  refund,
  termsFor,
} from "../testing";
import { allocatePending } from "./allocate-pending";
import { closePeriod, finishRuns } from "./close-period";

useTestDatabase();
const system = mintSystemScope("test");
const at = (text: string) => new Date(text);
const noon = at("2026-06-01T10:00:00Z");
const end = at("2026-06-01T20:00:00Z");

async function query<Row>(text: string, params: unknown[] = []): Promise<Row[]> {
  return (await withScope(system, (tx) => tx.query<Row>(text, params))).rows;
}

const failuresOf = (item: string) =>
  query<{ job: string; program_id: string; reason: string; attempts: number; open: boolean }>(
    "select job, program_id, reason, attempts, resolved_at is null as open from job_failure where item = $1",
    [item],
  );

async function city(): Promise<City> {
  const made = await createCity();
  await withClock(at("2026-01-01T00:00:00Z"), () => bringIntoForce(made, termsFor(made)));
  return made;
}

/** Every write of the table that names the id fails until the function that it gives is called. */
async function poison(table: string, column: string, id: string): Promise<() => Promise<void>> {
  await withOwner((client) =>
    client.query(`create function poison() returns trigger language plpgsql as $$ begin
        if new.${column} = '${id}' then raise exception 'poisoned row'; end if; return new; end $$;
      create trigger poison before insert or update on ${table} for each row execute function poison()`),
  );
  return async () => {
    await withOwner(async (client) => {
      await client.query(`drop trigger poison on ${table}; drop function poison()`);
    });
    await tryAgain();
  };
}

const tryAgain = () =>
  withOwner((client) => client.query("update job_failure set next_try_at = now() where resolved_at is null"));

const allocated = (id: string) =>
  query<{ done: boolean }>("select allocated_at is not null as done from payment where id = $1", [id]).then(
    ([row]) => row?.done,
  );

describe("one bad row does not stop a job", () => {
  let first: City;
  let second: City;
  beforeEach(async () => {
    [first, second] = [await city(), await city()];
  });

  test("allocate: a payment that cannot be stored waits, its neighbours and other programs are split, and it follows", async () => {
    const ids: string[] = [];
    for (let n = 0; n < 9; n++) ids.push(await capture(first, { micros: 1_000_000n, at: noon }));
    const other = await capture(second, { micros: 2_000_000n, at: noon });
    const bad = ids[3] ?? "";
    const heal = await poison("allocation_leg", "payment_id", bad);
    await allocateAllPrograms();
    for (const id of ids) expect(await allocated(id)).toBe(id !== bad);
    expect(await allocated(other)).toBe(true);
    expect(await failuresOf(bad)).toEqual([
      {
        job: "settlement.allocate",
        program_id: first.programId,
        reason: "poisoned row",
        attempts: 1,
        open: true,
      },
    ]);
    const kinds = () =>
      query("select kind from settlement_exception where program_id = $1 and resolved_at is null", [
        first.programId,
      ]);
    expect(await kinds()).toEqual([{ kind: "payment_not_split" }]);
    expect(await clearingBalance(first)).toBe(1_000_000n);
    const later = await capture(first, { micros: 3_000_000n, at: noon });
    await tryAgain();
    await allocateAllPrograms();
    expect(await allocated(later)).toBe(true);
    expect(await failuresOf(bad)).toMatchObject([{ attempts: 2, open: true }]);
    await heal();
    await allocateAllPrograms();
    expect(await allocated(bad)).toBe(true);
    expect(await failuresOf(bad)).toMatchObject([{ open: false }]);
    expect(await kinds()).toEqual([]);
    expect(await clearingBalance(first)).toBe(0n);
  });

  test("allocate: a refund that cannot be stored waits, payments and other refunds do not", async () => {
    const good = await capture(first, { micros: 1_000_000n, at: noon });
    const other = await capture(first, { micros: 1_000_000n, at: noon });
    await allocateAllPrograms();
    await refund(first, good, 500_000n, at("2026-06-01T11:00:00Z"));
    await refund(first, other, 300_000n, at("2026-06-01T11:00:00Z"));
    const fresh = await capture(first, { micros: 1_000_000n, at: noon });
    const [row] = await query<{ id: string }>("select id from refund where payment_id = $1", [good]);
    const heal = await poison("allocation_leg", "payment_id", good);
    await allocateAllPrograms();
    expect(await allocated(fresh)).toBe(true);
    expect(await failuresOf(row?.id ?? "")).toMatchObject([{ reason: "poisoned row", open: true }]);
    expect(await clearingBalance(first)).toBe(-500_000n);
    await heal();
    await allocateAllPrograms();
    expect(await failuresOf(row?.id ?? "")).toMatchObject([{ open: false }]);
    expect(await clearingBalance(first)).toBe(0n);
  });

  test("finish runs: one that fails is left, the others end; a payment tried often enough no longer holds its run up", async () => {
    const bad = await capture(first, { micros: 1_000_000n, at: noon });
    const good = await capture(first, { micros: 2_000_000n, at: noon });
    await capture(second, { micros: 4_000_000n, at: noon });
    const heal = await poison("allocation_leg", "payment_id", bad);
    for (const each of [first, second]) {
      await withClock(end, () => closePeriod(each.creator, each.programId, end)).catch((error: Error) =>
        expect(error.message).toBe("poisoned row"),
      );
    }
    await withClock(end, () => finishRuns());
    const states = () =>
      query<{ program_id: string; step: string; gross: bigint }>(
        "select program_id, step, gross_micros as gross from settlement_run where program_id = any($1::uuid[])",
        [[first.programId, second.programId]],
      ).then((rows) => new Map(rows.map((row) => [row.program_id, row])));
    expect((await states()).get(first.programId)?.step).toBe("freeze");
    expect((await states()).get(second.programId)?.step).toBe("done");
    for (let n = 0; n < 3; n++) {
      await allocateAllPrograms();
      await tryAgain();
    }
    await withClock(end, () => finishRuns());
    expect((await states()).get(first.programId)).toMatchObject({ step: "done", gross: 2_000_000n });
    expect(await allocated(good)).toBe(true);
    await heal();
    await allocatePending(first.programId);
    expect(await allocated(bad)).toBe(true);
  });
});
