import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { withClock } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { mintSystemScope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
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
import { closePeriod } from "./close-period";
import { readReportLegs } from "./read-report";

useTestDatabase();
const system = mintSystemScope("test");
const at = (text: string) => new Date(text);
const beginning = at("2026-01-01T00:00:00Z");

async function query<Row>(text: string, params: unknown[]): Promise<Row[]> {
  return (await withScope(system, (tx) => tx.query<Row>(text, params))).rows;
}

async function cityWithAgreement(change: Record<string, unknown> = {}): Promise<City> {
  const city = await createCity();
  await withClock(beginning, () => bringIntoForce(city, termsFor(city, change)));
  return city;
}

async function close(city: City, end: Date): Promise<string> {
  const result = await withClock(new Date(end.getTime() + 60_000), () =>
    closePeriod(city.creator, city.programId, end),
  );
  if (!result.ok) throw new Error(`${result.reason}: ${result.message}`);
  return result.runId;
}

interface Sums {
  payments: bigint;
  gross: bigint;
  allocated: bigint;
  refunds: bigint;
}

/** What a run says in all: its own row, and the sums of its statements and of their lines. */
async function statedBy(runId: string): Promise<Sums> {
  const [row] = await query<Sums & { line_allocated: bigint; line_refunds: bigint; run_refunds: bigint }>(
    `select r.payment_count as payments, r.gross_micros as gross, r.refunds_micros as run_refunds, s.allocated, s.refunds,
            l.allocated as line_allocated, l.refunds as line_refunds
       from settlement_run r,
         lateral (select coalesce(sum(allocated_micros), 0)::bigint as allocated, coalesce(sum(refunds_micros), 0)::bigint as refunds
                    from statement where run_id = r.id) s,
         lateral (select coalesce(sum(amount_micros), 0)::bigint as allocated, coalesce(sum(refund_micros), 0)::bigint as refunds
                    from statement_line x join statement y on y.id = x.statement_id where y.run_id = r.id) l
      where r.id = $1`,
    [runId],
  );
  if (!row) throw new Error("The run stands.");
  expect({ allocated: row.line_allocated, refunds: row.line_refunds }).toEqual({
    allocated: row.allocated,
    refunds: row.refunds,
  });
  expect(row.gross).toBe(row.allocated);
  expect(row.run_refunds).toBe(-row.refunds);
  return { payments: row.payments, gross: row.gross, allocated: row.allocated, refunds: row.refunds };
}

/** The payments and refunds ("id 1") that the reports of a run list, each once. */
async function listedBy(runId: string): Promise<Map<string, Date>> {
  const parties = await query<{ party_id: string; allocated: bigint; refunds: bigint }>(
    "select party_id, allocated_micros as allocated, refunds_micros as refunds from statement where run_id = $1",
    [runId],
  );
  const items = new Map<string, Date>();
  for (const { party_id, allocated, refunds } of parties) {
    let sum = 0n;
    for await (const page of readReportLegs({ run_id: runId, party_id })) {
      for (const leg of page) {
        sum += leg.amount_micros;
        items.set(
          leg.refund_ordinal === 0 ? leg.payment_id : `${leg.payment_id} ${leg.refund_ordinal}`,
          leg.effective_at,
        );
      }
    }
    expect(sum).toBe(allocated + refunds);
  }
  return items;
}

describe("a period contains what was captured in it", () => {
  test("a run that ends between two payments of one period takes the first and leaves the second", async () => {
    const city = await cityWithAgreement();
    const before = await capture(city, { micros: 10_000_000n, at: at("2026-06-01T10:00:00Z") });
    const after = await capture(city, { micros: 7_000_000n, merchant: 1, at: at("2026-06-01T10:00:03Z") });
    await allocatePending(city.programId);
    const first = await close(city, at("2026-06-01T10:00:01Z"));
    const second = await close(city, at("2026-06-01T10:00:04Z"));
    expect([...(await listedBy(first)).keys()]).toEqual([before]);
    expect(await statedBy(first)).toMatchObject({ payments: 1n, gross: 10_000_000n });
    expect([...(await listedBy(second)).keys()]).toEqual([after]);
    expect(await statedBy(second)).toMatchObject({ payments: 1n, gross: 7_000_000n });
  });

  test("the moment of the end itself belongs to the next period", async () => {
    const city = await cityWithAgreement();
    const end = at("2026-06-01T10:00:00Z");
    const before = await capture(city, { micros: 1_000_000n, at: new Date(end.getTime() - 1) });
    const on = await capture(city, { micros: 2_000_000n, at: end });
    expect([...(await listedBy(await close(city, end))).keys()]).toEqual([before]);
    expect([...(await listedBy(await close(city, at("2026-06-01T20:00:00Z")))).keys()]).toEqual([on]);
  });

  test("what arrives late for a part that was cut off stands in the next run, once", async () => {
    const city = await cityWithAgreement();
    await capture(city, { micros: 1_000_000n, at: at("2026-06-01T10:00:00Z") });
    const rest = await capture(city, { micros: 2_000_000n, at: at("2026-06-01T12:00:00Z") });
    const first = await close(city, at("2026-06-01T11:00:00Z"));
    const late = await capture(city, { micros: 4_000_000n, at: at("2026-06-01T10:30:00Z") });
    await allocatePending(city.programId);
    expect(await statedBy(first)).toMatchObject({ payments: 1n, gross: 1_000_000n });
    expect((await listedBy(first)).has(late)).toBe(false);
    const second = await close(city, at("2026-06-01T11:30:00Z"));
    expect([...(await listedBy(second)).keys()]).toEqual([late]);
    const third = await close(city, at("2026-06-01T20:00:00Z"));
    expect([...(await listedBy(third)).keys()]).toEqual([rest]);
  });

  test("whatever is captured, refunded and late, and wherever runs end: each stands once, in its period or the next run", async () => {
    const start = at("2026-06-01T20:00:00Z").getTime();
    const minute = 60_000;
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            cents: fc.integer({ min: 1, max: 30_000 }),
            merchant: fc.integer({ min: 0, max: 1 }),
            minutes: fc.integer({ min: 0, max: 3_000 }),
            lateMinutes: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 2_000 })),
            refundAfter: fc.option(fc.integer({ min: 0, max: 1_500 }), { nil: null }),
          }),
          { minLength: 4, maxLength: 12 },
        ),
        fc.uniqueArray(fc.integer({ min: 1, max: 4_000 }), { minLength: 2, maxLength: 5 }),
        async (payments, randomEnds) => {
          const city = await cityWithAgreement();
          const happenings: { at: number; deed: () => Promise<unknown> }[] = [];
          const facts = new Map<string, { effective: number; known: number }>();
          for (const payment of payments) {
            const captured = start + payment.minutes * minute;
            const known = captured + payment.lateMinutes * minute;
            happenings.push({
              at: known,
              deed: async () => {
                const micros = BigInt(payment.cents) * 10_000n;
                const id = await capture(city, {
                  micros,
                  merchant: payment.merchant,
                  at: new Date(captured),
                });
                facts.set(id, { effective: captured, known });
                if (payment.refundAfter === null) return;
                const back = known + payment.refundAfter * minute;
                const half = (micros / 20_000n) * 10_000n || 10_000n;
                happenings.push({
                  at: back,
                  deed: async () => {
                    await refund(city, id, half, new Date(back));
                    facts.set(`${id} 1`, { effective: back, known: back });
                  },
                });
              },
            });
          }
          const runs: { id: string; end: number; closedAt: number }[] = [];
          for (const end of [...randomEnds, 7_000].sort((a, b) => a - b)) {
            // Half a minute beside everything else, so that the order of what happens is plain.
            const moment = new Date(start + (end + 0.5) * minute);
            happenings.push({
              at: moment.getTime(),
              deed: async () => {
                const closed = await withClock(moment, () =>
                  closePeriod(city.creator, city.programId, moment),
                );
                if (!closed.ok) throw new Error(closed.message);
                const made = await query<{ id: string; period_end: Date }>(
                  "select id, period_end from settlement_run where id = any($1::uuid[]) order by period_end",
                  [closed.runs],
                );
                runs.push(
                  ...made.map(({ id, period_end }) => ({
                    id,
                    end: period_end.getTime(),
                    closedAt: moment.getTime(),
                  })),
                );
              },
            });
          }
          // A refund that happens at once is put in behind its payment, so the list grows while it is gone through.
          let step = 0;
          while (happenings.length > 0) {
            happenings.sort((a, b) => a.at - b.at);
            await happenings.shift()?.deed();
            if (step++ % 3 === 0) await allocatePending(city.programId, 2);
          }
          const seen = new Map<string, number>();
          for (const [index, run] of runs.entries()) {
            const sums = await statedBy(run.id);
            const listed = await listedBy(run.id);
            expect(BigInt([...listed.keys()].filter((key) => !key.includes(" ")).length)).toBe(sums.payments);
            for (const key of listed.keys()) {
              expect(seen.has(key)).toBe(false);
              seen.set(key, index);
            }
          }
          for (const [key, { effective, known }] of facts) {
            const own = runs.findIndex(({ end, closedAt }) => effective < end && known < closedAt);
            expect(seen.get(key)).toBe(own);
          }
          expect(seen.size).toBe(facts.size);
          expect(await clearingBalance(city)).toBe(0n);
        },
      ),
      { numRuns: 6 },
    );
  }, 180_000);
});

describe("under load", () => {
  test("runs that end now, while payments are captured and allocated, contain each its own seconds", async () => {
    const city = await cityWithAgreement();
    const stop = Date.now() + 6_000;
    const captured = new Map<string, Date>();
    const device = async (merchant: number) => {
      while (Date.now() < stop) {
        const moment = new Date();
        captured.set(await capture(city, { micros: 1_230_000n, merchant, at: moment }), moment);
        await sleep(1);
      }
    };
    const allocator = async () => {
      while (Date.now() < stop) {
        await allocatePending(city.programId, 50);
        await sleep(20);
      }
    };
    const runs: string[] = [];
    const office = async () => {
      while (Date.now() < stop) {
        const closed = await closePeriod(city.creator, city.programId, new Date());
        if (!closed.ok) throw new Error(closed.message);
        runs.push(...closed.runs);
        await sleep(300 * Math.random());
      }
    };
    await Promise.all([device(0), device(1), device(0), allocator(), office()]);
    await sleep(10);
    const last = await closePeriod(city.creator, city.programId, new Date());
    if (!last.ok) throw new Error(last.message);
    runs.push(...last.runs);
    const stands = new Map<string, string>();
    for (const runId of new Set(runs)) {
      await statedBy(runId);
      for (const key of (await listedBy(runId)).keys()) {
        expect(stands.has(key)).toBe(false);
        stands.set(key, runId);
      }
    }
    const periods = await query<{ id: string; period_start: Date; period_end: Date }>(
      "select id, period_start, period_end from settlement_run where program_id = $1",
      [city.programId],
    );
    expect(periods.length).toBeGreaterThan(2);
    expect(captured.size).toBeGreaterThan(100);
    for (const [id, moment] of captured) {
      const own = periods.find(
        ({ period_start, period_end }) => period_start <= moment && moment < period_end,
      );
      expect(stands.get(id)).toBe(own?.id ?? periods.sort((a, b) => +a.period_end - +b.period_end)[0]?.id);
    }
  }, 60_000);
});

describe("a close over several periods", () => {
  const ends = ["2026-06-01T20:00:00Z", "2026-06-02T20:00:00Z", "2026-06-03T20:00:00Z"].map(at);

  async function busyCity(): Promise<City> {
    const city = await createCity();
    const [tax, first] = city.agencies.map(({ slug }) => slug);
    const guarantees = [
      { to: tax, amount: "10.00", per: "period", fundedBy: [{ from: first, weight: "1" }] },
    ];
    await withClock(beginning, () => bringIntoForce(city, termsFor(city, { guarantees })));
    for (const [day, micros] of [80_000_000n, 300_000_000n, 55_550_000n].entries()) {
      const noon = new Date(at("2026-06-01T10:00:00Z").getTime() + day * 86_400_000);
      const id = await capture(city, { micros, merchant: day % 2, at: noon });
      await capture(city, { micros: micros / 2n, at: new Date(noon.getTime() + 3_600_000) });
      await refund(city, id, 5_000_000n, new Date(noon.getTime() + 30 * 3_600_000));
    }
    return city;
  }

  /** Every statement by run and party, without what differs between two cities. */
  async function books(city: City): Promise<Record<string, unknown>[]> {
    const order: string[] = [
      city.operatorId,
      ...city.merchants.map(({ id }) => id),
      ...city.agencies.map(({ id }) => id),
    ];
    const rows = await query<Record<string, unknown> & { party_id: string }>(
      `select r.period_start, r.period_end, r.gross_micros as run_gross, s.party_id, s.opening_micros, s.gross_micros,
              s.allocated_micros, s.refunds_micros, s.guarantees_micros, s.payout_micros, s.closing_micros, s.payment_count
         from statement s join settlement_run r on r.id = s.run_id where s.program_id = $1`,
      [city.programId],
    );
    return rows
      .map((row): Record<string, unknown> => ({ ...row, party_id: order.indexOf(row.party_id) }))
      .sort((a, b) => String([a.period_end, a.party_id]).localeCompare(String([b.period_end, b.party_id])));
  }

  test("gives the same statements, guarantees and payouts as closing one after the other", async () => {
    const single = await busyCity();
    for (const end of ends) await close(single, end);
    const together = await busyCity();
    await close(together, at("2026-06-03T20:00:00Z"));
    const expected = await books(single);
    expect(expected.some((row) => row.guarantees_micros !== 0n)).toBe(true);
    expect(new Set(expected.map((row) => String(row.period_end))).size).toBe(3);
    expect(await books(together)).toEqual(expected);
  });

  test("ends with an interim run when its end lies within a period", async () => {
    const city = await busyCity();
    const end = at("2026-06-03T10:30:00Z");
    const result = await withClock(end, () => closePeriod(city.creator, city.programId, end));
    if (!result.ok) throw new Error(result.message);
    const periods = await query<{ period_end: Date }>(
      "select period_end from settlement_run where id = any($1::uuid[]) order by period_end",
      [result.runs],
    );
    expect(periods.map(({ period_end }) => period_end)).toEqual([ends[0], ends[1], end]);
  });

  test("over more periods than anybody means is refused", async () => {
    const city = await cityWithAgreement();
    await capture(city, { micros: 1_000_000n, at: at("2026-01-02T10:00:00Z") });
    const end = at("2027-09-01T20:00:00Z");
    expect(await withClock(end, () => closePeriod(city.creator, city.programId, end))).toMatchObject({
      ok: false,
      reason: "too_many_periods",
    });
  });
});
