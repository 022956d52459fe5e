import { beforeAll, describe, expect, test } from "vitest";
import { withClock } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { fromPublicId, newId } from "@/server/platform/ids";
import { formatMicros, parseMicros } from "@/server/platform/money";
import { mintSystemScope, type PortalScope } from "@/server/platform/scope";
import { pastGuards, useTestDatabase } from "@/server/platform/testing";
import type { ReckoningRow } from "../schema";
import { bringIntoForce, byTwo, type City, capture, createCity, refund, termsFor } from "../testing";
import { closePeriod } from "./close-period";
import { explainFigure } from "./explain-figure";
import { proposeAdjustment } from "./propose-change";
import { getAgreement, listAgreements } from "./read-agreements";
import { getRun, listExceptions, listRuns } from "./read-runs";
import {
  countPayouts,
  getPaymentSplit,
  getPayout,
  getProgramFlow,
  getStatement,
  listPayouts,
  listStatementItems,
  listStatements,
  totalPayouts,
} from "./read-statements";

useTestDatabase();

const periodEnd = new Date("2026-06-01T20:00:00Z");
let city: City;
let other: City;
let runId: string;
let paymentId: string;
let captured = 0n;

beforeAll(async () => {
  city = await createCity();
  other = await createCity();
  await withClock(new Date("2026-01-02T00:00:00Z"), async () => {
    await bringIntoForce(city, termsFor(city));
    await bringIntoForce(other, termsFor(other));
  });
  for (let minute = 0; minute < 25; minute++) {
    const at = new Date(Date.parse("2026-06-01T08:00:00Z") + (minute % 5) * 60_000);
    const micros = BigInt(3 + minute) * 410_000n;
    captured += micros;
    paymentId = await capture(city, { merchant: minute % 2, micros, at });
    if (minute % 6 === 0) await refund(city, paymentId, 120_000n, new Date(at.getTime() + 1000));
  }
  await byTwo(
    city,
    proposeAdjustment(city.creator, {
      programId: city.programId,
      partyId: city.agencies[0]?.id ?? "",
      amountMicros: 1_230_000n,
      reason: "Missed in May",
    }),
  );
  const closed = await withClock(new Date(periodEnd.getTime() + 1), () =>
    closePeriod(city.creator, city.programId, periodEnd),
  );
  if (!closed.ok) throw new Error(closed.message);
  runId = closed.runId;
});

/** The same payout once more, in another program of another currency, with the statement and run that it stands on. */
async function copyPayout(payoutId: string, currency: string, micros: bigint): Promise<void> {
  const ids = {
    program: newId("program"),
    run: newId("settlementRun"),
    statement: newId("statement"),
    payout: newId("payout"),
  };
  const copy = (table: string, from: string, change: string) =>
    `insert into ${table} select (jsonb_populate_record(null::${table}, to_jsonb(t) || ${change})).* from ${table} t where t.id = (${from});`;
  const of = (column: string) => `select ${column} from payout where id = '${payoutId}'`;
  const built = (facts: Record<string, string>) =>
    `jsonb_build_object(${Object.entries(facts)
      .map(([key, value]) => `'${key}', '${value}'`)
      .join(", ")})`;
  const slug = `in-${currency.toLowerCase()}`;
  await pastGuards(
    ["program", "program_party", "settlement_run", "statement", "payout"],
    [
      copy("program", of("program_id"), built({ id: ids.program, slug, name: slug, currency })),
      `insert into program_party (program_id, organisation_id) select '${ids.program}', party_id from payout where id = '${payoutId}';`,
      copy("settlement_run", of("run_id"), built({ id: ids.run, program_id: ids.program, currency })),
      copy(
        "statement",
        of("statement_id"),
        built({ id: ids.statement, run_id: ids.run, program_id: ids.program, currency }),
      ),
      copy(
        "payout",
        `'${payoutId}'`,
        built({
          id: ids.payout,
          run_id: ids.run,
          statement_id: ids.statement,
          program_id: ids.program,
          currency,
          amount_micros: micros.toString(),
          reference: `COPY-${currency}`,
        }),
      ),
    ].join(""),
  );
}

/** The payments that a row sums up, as the page asks for them. */
function filterOf(key: string) {
  const step = /^step:([^:]+)(?::(.+))?$/.exec(key);
  if (step?.[1]) return { step: step[1], only: "payments" as const, ...(step[2] && { party: step[2] }) };
  if (key === "gross") return { only: "payments" as const };
  return key === "refunds" ? { only: "refunds" as const } : null;
}

const sumOf = (amounts: readonly string[]) => amounts.reduce((sum, amount) => sum + parseMicros(amount), 0n);

function reckoned(rows: readonly ReckoningRow[]): { parts: bigint; total: bigint } {
  const of = (kinds: string[]) =>
    rows
      .filter(({ kind }) => kinds.includes(kind))
      .reduce((sum, { amount }) => sum + parseMicros(amount.amount), 0n);
  return { parts: of(["plus", "minus"]), total: of(["total"]) };
}

describe("what pages read", () => {
  test("every payout says how it adds up, and it does", async () => {
    const all = await listPayouts(city.creator, { limit: 50 });
    expect(all.items.length).toBe(5);
    for (const { id } of all.items) {
      const detail = await getPayout(city.creator, fromPublicId("payout", id) ?? "");
      const { parts, total } = reckoned(detail.reckoning);
      expect(parts).toBe(total);
      expect(formatMicros(total)).toBe(detail.payout.amount.amount);
    }
  });

  test("every row of a reckoning is explained by lines and by payments that add up to it", async () => {
    const explained: Record<string, number> = {};
    const scopes = [
      city.creator,
      ...city.merchants.map(({ scope }) => scope),
      ...city.agencies.map(({ scope }) => scope),
    ];
    for (const scope of scopes) {
      for (const { id, statementId } of (await listPayouts(scope, { limit: 50 })).items) {
        const { reckoning, statement } = await getPayout(scope, fromPublicId("payout", id) ?? "");
        const which = { statementId: fromPublicId("statement", statementId) ?? "" };
        for (const row of reckoning) {
          const { lines, complete } = await explainFigure(scope, which.statementId, row.key);
          const filter = filterOf(row.key);
          if (!filter && row.key !== "others") {
            expect(lines, row.key).toEqual([]);
            continue;
          }
          expect(complete).toBe(true);
          expect(sumOf(lines.map((line) => line.amount.amount)), row.key).toBe(
            parseMicros(row.amount.amount),
          );
          for (const line of lines) {
            expect(line.agreement?.version, row.key).toBe(1);
            if (line.step !== null) expect(line.terms?.id, row.key).toBe(line.step);
          }
          if (!filter) continue;
          const { items } = await listStatementItems(scope, which, { limit: 200, ...filter });
          const parts = items.map((item) => (row.key === "gross" ? item.gross.amount : item.amount.amount));
          const sign = "party" in filter ? -1n : 1n;
          expect(sign * sumOf(parts), `${statement.party.slug} ${row.key}`).toBe(
            parseMicros(row.amount.amount),
          );
          explained[row.key.split(":")[0] ?? ""] = (explained[row.key.split(":")[0] ?? ""] ?? 0) + 1;
        }
      }
    }
    expect(Object.keys(explained).sort()).toEqual(["gross", "refunds", "step"]);
  });

  test("nobody has a figure of another's statement explained", async () => {
    const [merchant, another] = city.merchants;
    if (!merchant || !another) throw new Error("There are two.");
    const [payout] = (await listPayouts(merchant.scope, { limit: 1 })).items;
    const statementId = fromPublicId("statement", payout?.statementId ?? "") ?? "";
    await expect(explainFigure(another.scope, statementId, "gross")).rejects.toThrow(/statement/);
    await expect(explainFigure(other.creator, statementId, "step:vat:nobody-at-all")).rejects.toThrow();
  });

  test("a run's gross, refunds, corrections and what is carried add up to what is paid out, and its flows to its gross", async () => {
    const { run, flows, statements } = await getRun(city.creator, runId);
    const { gross, refunds, carriedIn, corrections, carriedOn, cancelled, payout } = run;
    expect(
      sumOf([gross, refunds, carriedIn, corrections, carriedOn, cancelled].map(({ amount }) => amount)),
    ).toBe(parseMicros(payout.amount));
    // An adjustment is booked against the platform, which has a statement too.
    expect(statements.filter(({ adjustments }) => Number(adjustments.amount) !== 0)).toHaveLength(2);
    expect(sumOf(flows.map(({ amount }) => amount.amount))).toBe(parseMicros(gross.amount));
    expect(sumOf(flows.map(({ refunded }) => refunded.amount))).toBe(parseMicros(refunds.amount));
    for (const row of statements) {
      const { opening, allocated, refunds: back, guarantees, adjustments, returned, reserve, closing } = row;
      const parts = [opening, allocated, back, guarantees, adjustments, returned, reserve];
      expect(sumOf(parts.map(({ amount }) => amount)) - parseMicros(closing.amount)).toBe(
        parseMicros(row.payout.amount),
      );
    }
  });

  test("a party counts its own payouts by state, the operator everybody's", async () => {
    expect(await countPayouts(city.creator, null)).toEqual({ proposed: 5 });
    for (const { scope } of [...city.merchants, ...city.agencies]) {
      const own = await listPayouts(scope, { limit: 50 });
      const counted = Object.values(await countPayouts(scope, null)).reduce((sum, count) => sum + count, 0);
      expect(counted).toBe(own.items.length);
      const cents = own.items.reduce((sum, { amount }) => sum + BigInt(amount.amount.replace(".", "")), 0n);
      const [total, ...none] = await totalPayouts(scope, {});
      expect(none).toEqual([]);
      expect(total?.payouts).toBe(own.items.length);
      expect(total && BigInt(total.amount.amount.replace(".", ""))).toBe(cents);
      expect(await totalPayouts(scope, { state: "failed" })).toEqual([]);
      expect(counted).toBeLessThan(5);
    }
  });

  test("a merchant's reckoning begins with its takings and names everybody who got a part", async () => {
    const merchant = city.merchants[0];
    if (!merchant) throw new Error("There is one.");
    const [payout] = (await listPayouts(merchant.scope, { limit: 10 })).items;
    const { reckoning, flows } = await getPayout(
      merchant.scope,
      fromPublicId("payout", payout?.id ?? "") ?? "",
    );
    expect(reckoning[0]?.key).toBe("gross");
    expect(reckoning.map(({ key }) => key)).toContain("refunds");
    const labels = reckoning.map(({ label }) => label).join("; ");
    for (const name of [city.operatorId ? "operator" : "", ...city.agencies.map(({ slug }) => slug)]) {
      expect(labels).toContain(name);
    }
    expect(flows.every(({ from }) => from.name === `Name of ${merchant.slug}`)).toBe(true);
  });

  test("statements list their lines, and an adjustment with its reason", async () => {
    const agency = city.agencies[0];
    if (!agency) throw new Error("There is one.");
    const [statement] = (await listStatements(agency.scope, { limit: 10 })).items;
    const detail = await getStatement(agency.scope, fromPublicId("statement", statement?.id ?? "") ?? "");
    expect(detail.lines.length).toBeGreaterThan(0);
    expect(detail.linesComplete).toBe(true);
    expect(detail.reckoning.find(({ label }) => label === "Adjustment")?.detail).toBe("Missed in May");
    const { parts, total } = reckoned(detail.reckoning);
    expect(parts).toBe(total);
  });

  test("the payments inside page by key, each once, and add up to the statement", async () => {
    for (const { scope } of [...city.merchants, ...city.agencies.slice(0, 1)]) {
      const [statement] = (await listStatements(scope, { limit: 10 })).items;
      const which = { statementId: fromPublicId("statement", statement?.id ?? "") ?? "" };
      const seen: string[] = [];
      let sum = 0n;
      let cursor: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof listStatementItems>> = await listStatementItems(scope, which, {
          cursor,
          limit: 4,
        });
        for (const item of page.items) {
          seen.push(`${item.paymentId}/${item.refund}`);
          sum += parseMicros(item.amount.amount);
        }
        cursor = page.nextCursor;
      } while (cursor);
      expect(new Set(seen).size).toBe(seen.length);
      const expected =
        parseMicros(statement?.allocated.amount ?? "0") + parseMicros(statement?.refunds.amount ?? "0");
      expect(sum).toBe(expected);
    }
  });

  test("the items behind each line of a statement add up to that line", async () => {
    for (const { scope } of [...city.agencies, ...city.merchants]) {
      const [statement] = (await listStatements(scope, { limit: 5, runId })).items;
      const statementId = fromPublicId("statement", statement?.id ?? "") ?? "";
      const { lines } = await getStatement(scope, statementId);
      expect(lines.length).toBeGreaterThan(0);
      for (const { day, rule, step, amount, refunds } of lines) {
        const page = await listStatementItems(scope, { statementId }, { limit: 200, day, rule, step });
        const sum = page.items.reduce((total, item) => total + parseMicros(item.amount.amount), 0n);
        expect(sum).toBe(parseMicros(amount.amount) + parseMicros(refunds.amount));
      }
      const none = await listStatementItems(scope, { statementId }, { limit: 200, day: "2026-05-31" });
      expect(none.items).toEqual([]);
    }
  });

  test("a merchant sees the whole split of its own payment, an agency its own legs, a stranger nothing", async () => {
    const [first, second] = city.merchants;
    const agency = city.agencies[1];
    if (!first || !second || !agency) throw new Error("There are several.");
    // The last payment is of the first merchant: 24 is even.
    const whole = await getPaymentSplit(first.scope, paymentId);
    expect(new Set(whole.legs.map(({ party }) => party.slug)).size).toBe(5);
    expect(whole.agreement?.version).toBe(1);
    expect(whole.payoutId).not.toBeNull();
    const part = await getPaymentSplit(agency.scope, paymentId);
    expect(new Set(part.legs.map(({ party }) => party.slug))).toEqual(new Set([agency.slug]));
    const strangers: PortalScope[] = [second.scope, ...other.merchants.map(({ scope }) => scope)];
    for (const scope of [...strangers, ...other.agencies.map((one) => one.scope)]) {
      await expect(getPaymentSplit(scope, paymentId)).rejects.toThrow(/no such payment/);
    }
  });

  test("somebody else's statement, payout and agreement are as if they were not", async () => {
    const rows = await withScope(mintSystemScope("test"), (tx) =>
      tx.query<{ id: string; payout: string; agreement: string }>(
        `select s.id, p.id as payout, (select id from agreement where program_id = $2 limit 1) as agreement
           from statement s join payout p on p.statement_id = s.id where s.run_id = $1 and s.party_id = $3`,
        [runId, city.programId, city.agencies[0]?.id],
      ),
    );
    const [row] = rows.rows;
    if (!row) throw new Error("There is one.");
    const scopes = [city.agencies[1]?.scope, city.merchants[0]?.scope, other.agencies[0]?.scope];
    for (const scope of scopes) {
      if (!scope) throw new Error("There is one.");
      await expect(getStatement(scope, row.id)).rejects.toThrow(/no such/);
      await expect(getPayout(scope, row.payout)).rejects.toThrow(/no such/);
      await expect(listStatementItems(scope, { payoutId: row.payout }, { limit: 5 })).rejects.toThrow(
        /no such/,
      );
    }
    for (const scope of [other.agencies[0]?.scope, other.merchants[0]?.scope]) {
      if (!scope) throw new Error("There is one.");
      await expect(getAgreement(scope, row.agreement)).rejects.toThrow(/no such/);
      expect((await listPayouts(scope, { limit: 5 })).items).toEqual([]);
      expect(await countPayouts(scope, null)).toEqual({});
    }
  });

  test("the operator's views: run with statements, flows that carry all that was captured less refunds", async () => {
    const [run] = (await listRuns(city.creator, { limit: 5, programId: city.programId })).items;
    expect(run).toMatchObject({ state: "calculated", paymentCount: 25, statementCount: 6 });
    expect(run?.payoutCounts).toEqual({ proposed: 5 });
    const detail = await getRun(city.creator, runId);
    const sum = (flows: typeof detail.flows) =>
      sumOf(flows.flatMap(({ amount, refunded }) => [amount.amount, refunded.amount]));
    const net = captured - 5n * 120_000n;
    expect(sum(detail.flows)).toBe(net);
    const span = { fromDay: "2026-06-01", toDay: "2026-06-01" };
    expect(sum(await getProgramFlow(city.creator, city.programId, span))).toBe(net);
    const before = { fromDay: "2026-05-01", toDay: "2026-05-31" };
    expect(await getProgramFlow(city.creator, city.programId, before)).toEqual([]);
    expect((await listExceptions(city.creator, { limit: 5, open: true })).items).toEqual([]);
  });

  test("an agreement shows its terms and who has answered, to those whom it names", async () => {
    const agency = city.agencies[2];
    if (!agency) throw new Error("There is one.");
    const [summary] = (await listAgreements(agency.scope, { limit: 5 })).items;
    expect(summary).toMatchObject({ state: "in_force", ownAnswer: "approved" });
    expect(summary?.answers.length).toBe(3);
    expect(summary?.merchants).toEqual({ asked: 2, agreed: 2 });
    const detail = await getAgreement(agency.scope, fromPublicId("agreement", summary?.id ?? "") ?? "");
    expect(detail.terms.program).toBe(city.programSlug);
  });

  // The last one, as what it plants stands in every list from then on.
  test("a party's payouts in four currencies stand apart: each row with its program and currency, no sum over two", async () => {
    const agency = city.agencies[0];
    if (!agency) throw new Error("There is one.");
    const [first] = (await listPayouts(agency.scope, { limit: 10 })).items;
    if (!first) throw new Error("It was paid out.");
    const amounts = { JPY: 12_345_000_000n, TND: 1_234_567_000n, USD: 9_990_000n } as const;
    for (const [currency, micros] of Object.entries(amounts))
      await copyPayout(fromPublicId("payout", first.id) ?? "", currency, micros);
    const { items } = await listPayouts(agency.scope, { limit: 10 });
    expect(items.map(({ amount, program }) => [program.slug, amount.currency, amount.amount]).sort()).toEqual(
      [
        [first.program.slug, "EUR", first.amount.amount],
        ["in-jpy", "JPY", "12345"],
        ["in-tnd", "TND", "1234.567"],
        ["in-usd", "USD", "9.99"],
      ].sort(),
    );
    const totals = await totalPayouts(agency.scope, {});
    expect(totals.map(({ payouts, amount }) => [amount.currency, payouts, amount.amount]).sort()).toEqual([
      ["EUR", 1, first.amount.amount],
      ["JPY", 1, "12345"],
      ["TND", 1, "1234.567"],
      ["USD", 1, "9.99"],
    ]);
  });
});
