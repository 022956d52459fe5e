import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { accountIdFor } from "@/server/ledger/service";
import { withClock } from "@/server/platform/clock";
import { withOwner, withScope } from "@/server/platform/db";
import { mintSystemScope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
import { partyAccount, payoutAccount } from "../rules/name-accounts";
import {
  balanceOf,
  bringIntoForce,
  byTwo,
  type City,
  capture,
  clearingBalance,
  createCity,
  refund,
  termsFor,
} from "../testing";
import { advanceRun } from "./advance-run";
import { allocatePending } from "./allocate-pending";
import { approveRun } from "./approve-run";
import { closePeriod, finishRun, finishRuns } from "./close-period";
import { cancelPayout, markPayoutsPaid, submitPayouts } from "./move-payouts";
import { proposeAdjustment, proposePayoutRule, proposeTakeBack } from "./propose-change";

useTestDatabase();
const system = mintSystemScope("test");
const at = (text: string) => new Date(text);
const beginning = at("2026-01-01T00:00:00Z");
/** Oslo, 22:00 in summer. */
const endOfFirst = at("2026-06-01T20:00:00Z");
const endOfSecond = at("2026-06-02T20:00:00Z");

interface StatementRow {
  id: string;
  party_id: string;
  opening_micros: bigint;
  allocated_micros: bigint;
  refunds_micros: bigint;
  guarantees_micros: bigint;
  adjustments_micros: bigint;
  returned_micros: bigint;
  payout_micros: bigint;
  closing_micros: bigint;
  payment_count: bigint;
  state: string;
}

async function query<Row>(text: string, params: unknown[]): Promise<Row[]> {
  return (await withScope(system, (tx) => tx.query<Row>(text, params))).rows;
}

async function statementsOf(runId: string) {
  return await query<StatementRow>("select * from statement where run_id = $1 order by party_id", [runId]);
}

async function statementOf(runId: string, partyId: string | undefined): Promise<StatementRow> {
  const found = (await statementsOf(runId)).find(({ party_id }) => party_id === partyId);
  if (!found) throw new Error("The party has a statement.");
  return found;
}

async function payoutsOf(runId: string) {
  return await query<{ id: string; state: string; amount_micros: bigint; party_id: string }>(
    "select * from payout where run_id = $1 order by party_id",
    [runId],
  );
}

async function runRow(runId: string) {
  const [row] = await query<{ state: string; step: string; revision: number; stopped_by: string | null }>(
    "select state, step, revision, stopped_by from settlement_run where id = $1",
    [runId],
  );
  if (!row) throw new Error("The run stands.");
  return row;
}

function ledgerOf(city: City, partyId: string): string {
  return accountIdFor(
    partyAccount({ id: city.programId, currency: "EUR", operatorId: city.operatorId }, partyId),
  );
}

async function cityWithAgreement(change: Record<string, unknown> = {}): Promise<City> {
  const city = await createCity();
  await withClock(beginning, () => bringIntoForce(city, termsFor(city, change)));
  return city;
}

async function close(city: City, periodEnd: Date): Promise<string> {
  const result = await withClock(new Date(periodEnd.getTime() + 60_000), () =>
    closePeriod(city.creator, city.programId, periodEnd),
  );
  if (!result.ok) throw new Error(`${result.reason}: ${result.message}`);
  return result.runId;
}

describe("a settlement run", () => {
  let city: City;
  let runId: string;
  beforeAll(async () => {
    city = await cityWithAgreement();
    await capture(city, { micros: 14_110_000n, at: at("2026-06-01T10:00:00Z") });
    await capture(city, { micros: 50_000_000n, merchant: 1, at: at("2026-06-01T19:59:59Z") });
    await capture(city, { micros: 9_000_000n, at: endOfFirst });
    runId = await close(city, endOfFirst);
  });

  test("states what was captured before the cut-off, to every party, and adds up to what was captured", async () => {
    const rows = await statementsOf(runId);
    expect(rows.length).toBe(6);
    expect(rows.reduce((sum, row) => sum + row.allocated_micros, 0n)).toBe(64_110_000n);
    expect(await runRow(runId)).toMatchObject({ state: "calculated", step: "done" });
    expect((await statementOf(runId, city.merchants[0]?.id)).payment_count).toBe(1n);
  });

  test("the operator's share stays as revenue: a statement without a payout", async () => {
    const own = await statementOf(runId, city.operatorId);
    expect(own.allocated_micros).toBe(960_000n);
    expect(own.payout_micros).toBe(0n);
    expect(own.closing_micros).toBe(960_000n);
  });

  test("each payout's money is reserved on the party's account", async () => {
    for (const payout of await payoutsOf(runId)) {
      expect(payout.state).toBe("proposed");
      expect((await balanceOf(ledgerOf(city, payout.party_id))).pending).toBe(payout.amount_micros);
    }
  });

  test("lines by day, rule and step add up to their statement", async () => {
    const sums = await query<{ lines: bigint; stated: bigint }>(
      `select sum(l.amount_micros)::bigint as lines, s.allocated_micros as stated
         from statement s join statement_line l on l.statement_id = s.id where s.run_id = $1 group by s.id`,
      [runId],
    );
    expect(sums.length).toBe(6);
    for (const { lines, stated } of sums) expect(lines).toBe(stated);
  });

  test("closing the same period again gives the same run", async () => {
    const before = await statementsOf(runId);
    expect(await close(city, endOfFirst)).toBe(runId);
    expect(await statementsOf(runId)).toEqual(before);
  });

  test("a period that is not over cannot be closed", async () => {
    const early = await withClock(at("2026-06-02T19:59:59Z"), () =>
      closePeriod(city.creator, city.programId),
    );
    expect(early).toMatchObject({ ok: false, reason: "period_not_over" });
  });

  test("the creator cannot approve, neither by the service nor past it", async () => {
    expect(await approveRun(city.creator, runId, 0)).toEqual({ ok: false, reason: "approver_is_creator" });
    await expect(
      withScope(system, (tx) =>
        tx.query("update settlement_run set state = 'approved', approved_by = created_by where id = $1", [
          runId,
        ]),
      ),
    ).rejects.toThrow(/second person: same_person/);
    await expect(
      withOwner((client) =>
        client.query("update payout set state = 'approved', approved_by = created_by where run_id = $1", [
          runId,
        ]),
      ),
    ).rejects.toThrow(/approved with its run/);
    await expect(
      withOwner((client) => client.query("update payout set state = 'submitted' where run_id = $1", [runId])),
    ).rejects.toThrow(/approved before it is sent/);
  });

  test("payouts that nobody approved are not sent", async () => {
    expect(await submitPayouts(city.approver, { runId })).toEqual({
      ok: false,
      reason: "payout_not_approved",
    });
  });

  test("cancelling a payout after the approval voids it, and the approval has to see the new revision", async () => {
    expect(await approveRun(city.approver, runId, 0)).toEqual({ ok: true, state: "approved" });
    const [first] = await payoutsOf(runId);
    if (!first) throw new Error("There are payouts.");
    expect(await cancelPayout(city.creator, first.id, "Wrong account")).toMatchObject({ ok: true });
    expect(await runRow(runId)).toMatchObject({ state: "calculated", revision: 1 });
    expect((await payoutsOf(runId)).filter(({ state }) => state === "approved")).toEqual([]);
    expect(await approveRun(city.approver, runId, 0)).toEqual({ ok: false, reason: "revision_changed" });
    expect(await approveRun(city.approver, runId, 1)).toEqual({ ok: true, state: "approved" });
  });

  test("payouts are sent and paid, the run follows, and their accounts in transit are empty", async () => {
    expect(await submitPayouts(city.creator, { runId })).toEqual({ ok: true, moved: 4, skipped: 0 });
    expect((await runRow(runId)).state).toBe("paying");
    expect(await submitPayouts(city.creator, { runId })).toMatchObject({ ok: false });
    expect(await markPayoutsPaid(city.creator, { runId })).toEqual({ ok: true, moved: 4, skipped: 0 });
    expect((await runRow(runId)).state).toBe("settled");
    for (const payout of (await payoutsOf(runId)).filter(({ state }) => state === "paid")) {
      const account = payoutAccount(
        { id: city.programId, currency: "EUR", operatorId: city.operatorId },
        payout.id,
      );
      expect((await balanceOf(accountIdFor(account))).posted).toBe(0n);
    }
  });

  test("the cancelled payout comes back in the party's next statement", async () => {
    const cancelled = (await payoutsOf(runId)).find(({ state }) => state === "cancelled");
    const next = await close(city, endOfSecond);
    const row = await statementOf(next, cancelled?.party_id);
    expect(row.returned_micros).toBe(cancelled?.amount_micros);
    expect(row.payout_micros).toBe(row.returned_micros + row.allocated_micros);
  });
});

describe("what goes on after a run", () => {
  test("a refund after settlement makes the next balance negative, and it is carried until it is made good", async () => {
    const city = await cityWithAgreement();
    const merchant = city.merchants[0]?.id;
    const id = await capture(city, { micros: 20_000_000n, at: at("2026-06-01T10:00:00Z") });
    const first = await close(city, endOfFirst);
    const paidOut = (await statementOf(first, merchant)).payout_micros;
    await refund(city, id, 20_000_000n, at("2026-06-02T10:00:00Z"));
    const second = await close(city, endOfSecond);
    expect(await statementOf(second, merchant)).toMatchObject({
      opening_micros: 0n,
      refunds_micros: -paidOut,
      payout_micros: 0n,
      closing_micros: -paidOut,
      state: "carried",
    });
    await capture(city, { micros: 40_000_000n, at: at("2026-06-03T10:00:00Z") });
    const third = await close(city, at("2026-06-03T20:00:00Z"));
    const row = await statementOf(third, merchant);
    expect(row.opening_micros).toBe(-paidOut);
    expect(row.payout_micros).toBe(row.allocated_micros - paidOut);
    expect(row.closing_micros).toBe(0n);
  });

  test("what is captured for an old moment after its run goes into the next one", async () => {
    const city = await cityWithAgreement();
    await capture(city, { micros: 1_000_000n, at: at("2026-06-01T10:00:00Z") });
    const first = await close(city, endOfFirst);
    await capture(city, { micros: 7_000_000n, at: at("2026-03-01T10:00:00Z") });
    await allocatePending(city.programId);
    const second = await close(city, endOfSecond);
    const sum = (rows: StatementRow[]) => rows.reduce((all, row) => all + row.allocated_micros, 0n);
    expect(sum(await statementsOf(first))).toBe(1_000_000n);
    expect(sum(await statementsOf(second))).toBe(7_000_000n);
  });

  test("adjustments move the ledger when they are confirmed and stand in the next statements of both sides", async () => {
    const city = await cityWithAgreement();
    const agency = city.agencies[0]?.id ?? "";
    await withClock(at("2026-06-01T09:00:00Z"), () =>
      byTwo(
        city,
        proposeAdjustment(city.creator, {
          programId: city.programId,
          partyId: agency,
          amountMicros: 2_500_000n,
          reason: "Missed in May",
        }),
      ),
    );
    expect((await balanceOf(ledgerOf(city, agency))).posted).toBe(2_500_000n);
    const run = await close(city, endOfFirst);
    expect(await statementOf(run, agency)).toMatchObject({
      adjustments_micros: 2_500_000n,
      payout_micros: 2_500_000n,
    });
    expect(await statementOf(run, city.operatorId)).toMatchObject({ adjustments_micros: -2_500_000n });
  });

  test("a balance below the minimum or held back is carried", async () => {
    const city = await cityWithAgreement();
    const [first, second] = city.merchants.map(({ id }) => id);
    const rule = { programId: city.programId, minimumMicros: 100_000_000n, held: false };
    await byTwo(city, proposePayoutRule(city.creator, { ...rule, partyId: first ?? "" }));
    const held = { ...rule, partyId: second ?? "", minimumMicros: 0n, held: true };
    await byTwo(city, proposePayoutRule(city.creator, held));
    await capture(city, { micros: 20_000_000n, at: at("2026-06-01T10:00:00Z") });
    await capture(city, { micros: 20_000_000n, merchant: 1, at: at("2026-06-01T10:00:00Z") });
    const run = await close(city, endOfFirst);
    for (const id of [first, second]) {
      expect(await statementOf(run, id)).toMatchObject({ payout_micros: 0n, state: "carried" });
    }
  });

  test("a guarantee is booked between the parties and stands in both statements", async () => {
    const city = await createCity();
    const [tax, first] = city.agencies;
    if (!tax || !first) throw new Error("There are three.");
    const guarantees = [
      { to: tax.slug, amount: "10.00", per: "period", fundedBy: [{ from: first.slug, weight: "1" }] },
    ];
    await withClock(beginning, () => bringIntoForce(city, termsFor(city, { guarantees })));
    await capture(city, { micros: 100_000_000n, at: at("2026-06-01T10:00:00Z") });
    const run = await close(city, endOfFirst);
    const taken = await statementOf(run, tax.id);
    expect(taken.allocated_micros + taken.guarantees_micros).toBe(10_000_000n);
    expect((await statementOf(run, first.id)).guarantees_micros).toBe(-taken.guarantees_micros);
    expect(taken.guarantees_micros).toBeGreaterThan(0n);
  });

  test("a failed payout is owed again; a returned one also ends the use of its account", async () => {
    const city = await cityWithAgreement();
    await capture(city, { micros: 30_000_000n, at: at("2026-06-01T10:00:00Z") });
    await capture(city, { micros: 30_000_000n, merchant: 1, at: at("2026-06-01T10:00:00Z") });
    const run = await close(city, endOfFirst);
    await approveRun(city.approver, run, 0);
    await submitPayouts(city.creator, { runId: run });
    const [failed, returned, ...others] = await payoutsOf(run);
    if (!failed || !returned) throw new Error("There are several payouts.");
    await byTwo(city, proposeTakeBack(city.creator, failed.id, "failed", "AC04"));
    await markPayoutsPaid(city.creator, { payoutIds: [returned.id, ...others.map(({ id }) => id)] });
    expect((await runRow(run)).state).toBe("settled");
    await byTwo(city, proposeTakeBack(city.creator, returned.id, "returned", "Account closed"));
    expect((await balanceOf(ledgerOf(city, failed.party_id))).posted).toBe(failed.amount_micros);
    const next = await close(city, endOfSecond);
    for (const payout of [failed, returned]) {
      expect(await statementOf(next, payout.party_id)).toMatchObject({
        returned_micros: payout.amount_micros,
        payout_micros: payout.amount_micros,
      });
    }
    await approveRun(city.approver, next, 0);
    expect(await submitPayouts(city.creator, { runId: next })).toEqual({ ok: true, moved: 1, skipped: 0 });
    expect((await payoutsOf(next)).find(({ party_id }) => party_id === returned.party_id)?.state).toBe(
      "proposed",
    );
  });

  test("the run refuses to state anything when the ledger says otherwise, and goes on when it agrees again", async () => {
    const city = await cityWithAgreement();
    const merchant = city.merchants[0]?.id ?? "";
    await capture(city, { micros: 10_000_000n, at: at("2026-06-01T10:00:00Z") });
    await allocatePending(city.programId);
    const tamper = (micros: bigint) =>
      withOwner((client) =>
        client.query("update tranche_total set amount_micros = amount_micros + $2 where party_id = $1", [
          merchant,
          micros,
        ]),
      );
    await tamper(1n);
    const refused = await withClock(new Date(endOfFirst.getTime() + 1000), () =>
      closePeriod(city.creator, city.programId, endOfFirst),
    );
    expect(refused).toMatchObject({ ok: false, reason: "run_stopped" });
    if (refused.ok || !("runId" in refused)) throw new Error("It names the run.");
    expect(await statementsOf(refused.runId)).toEqual([]);
    expect((await runRow(refused.runId)).stopped_by).toBe("ledger_difference");
    await tamper(-1n);
    await withClock(new Date(endOfFirst.getTime() + 2000), () => finishRuns());
    expect(await runRow(refused.runId)).toMatchObject({ state: "calculated", stopped_by: null });
  });
});

describe("interrupted runs", () => {
  test("a run that fails within any step, and is taken up again, states the same", async () => {
    const build = async () => {
      const city = await createCity();
      const guarantees = [
        {
          to: city.agencies[0]?.slug,
          amount: "10.00",
          per: "period",
          fundedBy: [{ from: city.agencies[1]?.slug, weight: "1" }],
        },
      ];
      await withClock(beginning, () => bringIntoForce(city, termsFor(city, { guarantees })));
      const id = await capture(city, { micros: 77_770_000n, at: at("2026-06-01T10:00:00Z") });
      await capture(city, { micros: 12_340_000n, merchant: 1, at: at("2026-06-01T11:00:00Z") });
      await refund(city, id, 7_000_000n, at("2026-06-01T12:00:00Z"));
      return city;
    };
    const shape = async (city: City, runId: string) => {
      const order = [
        city.operatorId,
        ...city.merchants.map(({ id }) => id),
        ...city.agencies.map(({ id }) => id),
      ];
      return (await statementsOf(runId))
        .map((row) => {
          const own = new Set([
            "id",
            "run_id",
            "program_id",
            "party_id",
            "party_name",
            "program_name",
            "created_at",
          ]);
          const rest = Object.fromEntries(Object.entries(row).filter(([column]) => !own.has(column)));
          return { party: order.indexOf(row.party_id as never), ...rest };
        })
        .sort((a, b) => a.party - b.party);
    };
    const smooth = await build();
    const expected = await shape(smooth, await close(smooth, endOfFirst));
    expect(expected.length).toBe(6);
    for (const table of ["allocation_leg", "run_guarantee", "statement", "statement_line", "payout"]) {
      const city = await build();
      await withOwner((client) =>
        client.query(`create or replace function cut_off() returns trigger language plpgsql as $$ begin raise exception 'cut'; end $$;
          create trigger cut before insert on ${table} for each row execute function cut_off()`),
      );
      await expect(close(city, endOfFirst)).rejects.toThrow("cut");
      await withOwner((client) => client.query(`drop trigger cut on ${table}`));
      const [{ id: runId } = { id: "" }] = await query<{ id: string }>(
        "select id from settlement_run where program_id = $1",
        [city.programId],
      );
      // One step a call, as if the process ended after each.
      await withClock(new Date(endOfFirst.getTime() + 120_000), async () => {
        while ((await advanceRun(runId)) === "advanced");
      });
      expect(await shape(city, runId)).toEqual(expected);
      expect(await finishRun(runId)).toBeNull();
      expect(await shape(city, runId)).toEqual(expected);
    }
  });

  test("statements equal the ledger and clearing is zero, whatever was captured and refunded", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            cents: fc.integer({ min: 1, max: 30_000 }),
            merchant: fc.integer({ min: 0, max: 1 }),
            hour: fc.integer({ min: 0, max: 71 }),
            refundAfterHours: fc.option(fc.integer({ min: 0, max: 40 }), { nil: null }),
            refundPercent: fc.integer({ min: 1, max: 100 }),
          }),
          { minLength: 1, maxLength: 15 },
        ),
        async (payments) => {
          const city = await cityWithAgreement();
          const start = at("2026-05-31T20:00:00Z").getTime();
          for (const payment of payments) {
            const when = new Date(start + payment.hour * 3_600_000);
            const micros = BigInt(payment.cents) * 10_000n;
            const id = await capture(city, { micros, merchant: payment.merchant, at: when });
            const back = BigInt(Math.floor((payment.cents * payment.refundPercent) / 100)) * 10_000n;
            if (payment.refundAfterHours === null || back === 0n) continue;
            await refund(city, id, back, new Date(when.getTime() + payment.refundAfterHours * 3_600_000));
          }
          for (const day of [0, 1, 2, 3, 4]) {
            const run = await close(city, new Date(endOfFirst.getTime() + day * 86_400_000));
            const revision = (await runRow(run)).revision;
            await approveRun(city.approver, run, revision);
            if (day % 2 === 0) await submitPayouts(city.creator, { runId: run });
          }
          expect(await clearingBalance(city)).toBe(0n);
          const closings = await query<{ party_id: string; closing_micros: bigint }>(
            `select distinct on (s.party_id) s.party_id, s.closing_micros from statement s join settlement_run r on r.id = s.run_id
              where s.program_id = $1 order by s.party_id, r.period_end desc`,
            [city.programId],
          );
          for (const { party_id, closing_micros } of closings) {
            expect((await balanceOf(ledgerOf(city, party_id))).available).toBe(closing_micros);
          }
        },
      ),
      { numRuns: 10 },
    );
  });
});
