import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { TRANSFER_CODES } from "@/server/ledger/constants";
import { accountIdFor, balancesAt } from "@/server/ledger/service";
import { withClock } from "@/server/platform/clock";
import { withOwner, withScope } from "@/server/platform/db";
import { mintSystemScope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
import { clearingAccount, partyAccount } from "../rules/name-accounts";
import {
  balanceOf,
  bringIntoForce,
  type City,
  capture,
  clearingBalance,
  createCity,
  refund,
  termsFor,
} from "../testing";
import { allocatePending } from "./allocate-pending";

useTestDatabase();
const system = mintSystemScope("test");
const at = (text: string) => new Date(text);
const beginning = at("2026-01-01T00:00:00Z");

async function legsOf(paymentId: string) {
  const { rows } = await withScope(system, (tx) =>
    tx.query<{
      step: string;
      party_id: string;
      amount_micros: bigint;
      short_micros: bigint;
      refund_ordinal: number;
      agreement_id: string;
    }>("select * from allocation_leg where payment_id = $1 order by refund_ordinal, ordinal", [paymentId]),
  );
  return rows;
}

async function openExceptions(city: City) {
  const { rows } = await withScope(system, (tx) =>
    tx.query<{ kind: string }>(
      "select kind from settlement_exception where program_id = $1 and resolved_at is null",
      [city.programId],
    ),
  );
  return rows.map(({ kind }) => kind);
}

describe("allocation", () => {
  let city: City;
  beforeAll(async () => {
    city = await createCity();
    await withClock(beginning, () => bringIntoForce(city, termsFor(city)));
  });

  test("a leg keeps by how much its step fell short of what the terms give it", async () => {
    const own = await createCity();
    const [tax] = own.agencies;
    const steps = [
      { id: "fee", kind: "fixed", to: tax?.slug, amount: "5.00" },
      { id: "merchant", kind: "share", shares: [{ to: "$merchant", weight: "1" }] },
    ];
    await withClock(beginning, () => bringIntoForce(own, termsFor(own, { rules: [{ name: "All", steps }] })));
    const id = await capture(own, { micros: 3_000_000n, at: at("2026-06-01T10:00:00Z") });
    await allocatePending(own.programId);
    const [leg] = await legsOf(id);
    expect(leg).toMatchObject({ step: "fee", amount_micros: 3_000_000n, short_micros: 2_000_000n });
  });

  test("a captured payment is split by its agreement and leaves clearing at zero", async () => {
    const id = await capture(city, { micros: 14_110_000n, at: at("2026-06-01T10:00:00Z") });
    const progress = await allocatePending(city.programId);
    expect(progress).toEqual({ payments: 1, refunds: 0, waiting: 0 });
    const legs = await legsOf(id);
    expect(legs.map(({ step, amount_micros }) => [step, amount_micros])).toEqual([
      ["vat", 1_150_000n],
      ["platform", 210_000n],
      ["network", 100_000n],
      ["pool", 2_110_000n],
      ["pool", 1_050_000n],
      ["merchant", 9_490_000n],
    ]);
    expect(await clearingBalance(city)).toBe(0n);
    const merchant = partyAccount(
      { id: city.programId, currency: "EUR", operatorId: city.operatorId },
      city.merchants[0]?.id ?? "",
    );
    expect((await balanceOf(accountIdFor(merchant))).posted).toBe(9_490_000n);
  });

  test("allocating again changes nothing", async () => {
    expect(await allocatePending(city.programId)).toEqual({ payments: 0, refunds: 0, waiting: 0 });
  });

  test("refunds take back what is left of the legs, the last one exactly", async () => {
    const id = await capture(city, { micros: 14_110_000n, at: at("2026-06-01T11:00:00Z") });
    await allocatePending(city.programId);
    await refund(city, id, 3_000_000n, at("2026-06-01T12:00:00Z"), 1);
    await refund(city, id, 11_110_000n, at("2026-06-01T12:01:00Z"), 2);
    expect(await allocatePending(city.programId)).toMatchObject({ refunds: 2 });
    const legs = await legsOf(id);
    const first = legs.filter((leg) => leg.refund_ordinal === 1).map((leg) => leg.amount_micros);
    expect(first.reduce((sum, micros) => sum + micros, 0n)).toBe(-3_000_000n);
    const parties = Map.groupBy(legs, (leg) => `${leg.party_id} ${leg.step}`);
    for (const group of parties.values()) {
      expect(group.reduce((sum, leg) => sum + leg.amount_micros, 0n)).toBe(0n);
    }
    expect(await clearingBalance(city)).toBe(0n);
  });

  test("a refund that comes with its payment is allocated after it", async () => {
    const id = await capture(city, { micros: 1_000_000n, at: at("2026-06-01T13:00:00Z") });
    await refund(city, id, 1_000_000n, at("2026-06-01T13:00:01Z"));
    expect(await allocatePending(city.programId)).toMatchObject({ payments: 1, refunds: 1 });
    expect(await clearingBalance(city)).toBe(0n);
  });

  test("a ceiling per period holds across batches and starts anew with the next period", async () => {
    const other = await createCity();
    await withClock(beginning, () => bringIntoForce(other, termsFor(other)));
    const dayOne: string[] = [];
    for (let n = 0; n < 60; n++) {
      dayOne.push(await capture(other, { micros: 2_000_000n, at: at("2026-06-02T10:00:00Z") }));
    }
    const dayTwo = await capture(other, { micros: 2_000_000n, at: at("2026-06-02T20:00:00Z") });
    while ((await allocatePending(other.programId, 7)).payments > 0);
    const network = (await Promise.all(dayOne.map(legsOf)))
      .flat()
      .filter(({ step }) => step === "network")
      .reduce((sum, leg) => sum + leg.amount_micros, 0n);
    expect(network).toBe(5_000_000n);
    expect((await legsOf(dayTwo)).find(({ step }) => step === "network")?.amount_micros).toBe(100_000n);
  });

  test("payments without an agreement wait with an exception and are taken up when one comes", async () => {
    const late = await createCity();
    const id = await capture(late, { micros: 5_000_000n, at: at("2026-06-01T10:00:00Z") });
    expect(await allocatePending(late.programId)).toEqual({ payments: 0, refunds: 0, waiting: 1 });
    expect(await openExceptions(late)).toEqual(["no_agreement_in_force"]);
    expect(await clearingBalance(late)).toBe(5_000_000n);
    await bringIntoForce(late, termsFor(late));
    expect(await allocatePending(late.programId)).toEqual({ payments: 1, refunds: 0, waiting: 0 });
    expect(await openExceptions(late)).toEqual([]);
    expect((await legsOf(id)).length).toBeGreaterThan(0);
    expect(await clearingBalance(late)).toBe(0n);
  });

  test("balances of the past count what was captured by then, however late it came", async () => {
    const city = await createCity();
    await withClock(beginning, () => bringIntoForce(city, termsFor(city)));
    const days = ["2026-02-03T09:00:00Z", "2026-03-29T01:30:00Z", "2026-06-01T10:00:00Z"].map(at);
    const ids: string[] = [];
    for (const day of days) ids.push(await capture(city, { micros: 9_000_000n, at: day }));
    await allocatePending(city.programId);
    await refund(city, ids[0] ?? "", 9_000_000n, at("2026-06-02T10:00:00Z"));
    await allocatePending(city.programId);
    const names = { id: city.programId, currency: "EUR", operatorId: city.operatorId } as const;
    const clearing = accountIdFor(clearingAccount(names));
    const parties = [city.operatorId, ...city.merchants, ...city.agencies].map((party) =>
      accountIdFor(partyAccount(names, typeof party === "string" ? party : party.id)),
    );
    const owedAt = async (moment: Date) => {
      const found = await withScope(system, (tx) =>
        balancesAt(tx, [...parties, clearing], moment, "effective"),
      );
      const net = (id: string) => (found.get(id)?.creditsPosted ?? 0n) - (found.get(id)?.debitsPosted ?? 0n);
      expect(net(clearing)).toBe(0n);
      return parties.reduce((sum, id) => sum + net(id), 0n);
    };
    expect(await owedAt(at("2026-02-03T08:59:59Z"))).toBe(0n);
    expect(await owedAt(at("2026-02-03T09:00:00Z"))).toBe(9_000_000n);
    expect(await owedAt(at("2026-03-29T01:30:00Z"))).toBe(18_000_000n);
    expect(await owedAt(at("2026-06-01T10:00:00Z"))).toBe(27_000_000n);
    expect(await owedAt(at("2026-06-02T10:00:00Z"))).toBe(18_000_000n);
  });

  test("a batch over many days adds to the ledger by days and parties, not by payments and parties", async () => {
    const city = await createCity();
    await withClock(beginning, () => bringIntoForce(city, termsFor(city)));
    const first = at("2026-03-01T00:00:00Z").getTime();
    for (let n = 0; n < 300; n++)
      await capture(city, { micros: 2_000_000n, at: new Date(first + n * 420_000) });
    await allocatePending(city.programId);
    const { rows } = await withScope(system, (tx) =>
      tx.query<{ transfers: bigint; legs: bigint }>(
        `select (select count(*) from ledger.transfer where code = $2 and journal_id in (
                   select allocation_journal_id from payment where program_id = $1)) as transfers,
                (select count(*) from allocation_leg where program_id = $1) as legs`,
        [city.programId, TRANSFER_CODES.allocation],
      ),
    );
    expect(Number(rows[0]?.legs)).toBeGreaterThan(1_400);
    expect(Number(rows[0]?.transfers)).toBeLessThanOrEqual(64 * 5);
  }, 60_000);

  test("the version that governed at capture decides, also when a newer one is in force", async () => {
    const versions = await createCity();
    const old = await withClock(beginning, () => bringIntoForce(versions, termsFor(versions)));
    const fresh = await withClock(at("2026-05-01T00:00:00Z"), () =>
      bringIntoForce(versions, termsFor(versions, { effectiveFrom: "2026-07-01T00:00:00" })),
    );
    const before = await capture(versions, { micros: 1_000_000n, at: at("2026-06-30T21:59:59Z") });
    const after = await capture(versions, { micros: 1_000_000n, at: at("2026-06-30T22:00:00Z") });
    await allocatePending(versions.programId);
    expect((await legsOf(before))[0]?.agreement_id).toBe(old);
    expect((await legsOf(after))[0]?.agreement_id).toBe(fresh);
  });

  test("an allocator that fails in the middle of a batch leaves nothing, and the next one does it all", async () => {
    const broken = await createCity();
    await withClock(beginning, () => bringIntoForce(broken, termsFor(broken)));
    const id = await capture(broken, { micros: 3_000_000n, at: at("2026-06-01T10:00:00Z") });
    await withOwner((client) =>
      client.query(`create function fail_now() returns trigger language plpgsql as $$ begin raise exception 'cut'; end $$;
        create trigger cut before insert on outbox for each row when (new.type = 'payment.allocated') execute function fail_now()`),
    );
    await expect(allocatePending(broken.programId)).rejects.toThrow("cut");
    await withOwner((client) => client.query("drop trigger cut on outbox"));
    expect(await legsOf(id)).toEqual([]);
    expect(await clearingBalance(broken)).toBe(3_000_000n);
    await allocatePending(broken.programId);
    expect(await clearingBalance(broken)).toBe(0n);
  });

  test("two allocators at once split every payment once", async () => {
    const busy = await createCity();
    await withClock(beginning, () => bringIntoForce(busy, termsFor(busy)));
    for (let n = 0; n < 30; n++) await capture(busy, { micros: 1_230_000n, at: at("2026-06-01T10:00:00Z") });
    const runs = await Promise.all([1, 2, 3].map(() => allocatePending(busy.programId, 11)));
    await allocatePending(busy.programId);
    expect(runs.reduce((sum, { payments }) => sum + payments, 0)).toBe(30);
    expect(await clearingBalance(busy)).toBe(0n);
  });

  test("legs add up to payments less refunds, and the sums of tranches to the legs, whatever comes", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            cents: fc.integer({ min: 1, max: 50_000 }),
            merchant: fc.integer({ min: 0, max: 1 }),
            minute: fc.integer({ min: 0, max: 4000 }),
            refunds: fc.array(fc.integer({ min: 1, max: 100 }), { maxLength: 3 }),
          }),
          { minLength: 1, maxLength: 12 },
        ),
        async (payments) => {
          const any = await createCity();
          await withClock(beginning, () => bringIntoForce(any, termsFor(any)));
          let expected = 0n;
          for (const { cents, merchant, minute, refunds } of payments) {
            const when = new Date(at("2026-03-27T00:00:00Z").getTime() + minute * 60_000);
            const micros = BigInt(cents) * 10_000n;
            const id = await capture(any, { micros, merchant, at: when });
            let left = cents;
            for (const [index, percent] of refunds.entries()) {
              const part = Math.floor((left * percent) / 100);
              if (part === 0) continue;
              left -= part;
              await refund(any, id, BigInt(part) * 10_000n, when, index + 1);
            }
            expected += BigInt(left) * 10_000n;
          }
          while ((await allocatePending(any.programId, 5)).payments > 0);
          const { rows } = await withScope(system, (tx) =>
            tx.query<{ legs: bigint; totals: bigint; tranches: bigint }>(
              `select (select sum(amount_micros) from allocation_leg where program_id = $1)::bigint as legs,
                (select sum(t.amount_micros + t.refund_micros) from tranche_total t join tranche on no = tranche_no where program_id = $1)::bigint as totals,
                (select sum(gross_micros - refund_micros) from tranche where program_id = $1)::bigint as tranches`,
              [any.programId],
            ),
          );
          expect(rows[0]).toEqual({ legs: expected, totals: expected, tranches: expected });
          expect(await clearingBalance(any)).toBe(0n);
        },
      ),
      { numRuns: 15 },
    );
  });
});
