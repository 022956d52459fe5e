import { createHash } from "node:crypto";
import { parse } from "csv-parse/sync";
import { beforeAll, describe, expect, test } from "vitest";
import { withClock } from "@/server/platform/clock";
import { withOwner, withScope } from "@/server/platform/db";
import { type Id, toPublicId } from "@/server/platform/ids";
import { parseMicros } from "@/server/platform/money";
import { mintSystemScope } from "@/server/platform/scope";
import { pastGuards, useTestDatabase } from "@/server/platform/testing";
import { allocatePending } from "@/server/settlement/service/allocate-pending";
import { closePeriod } from "@/server/settlement/service/close-period";
import {
  bringIntoForce,
  type City,
  capture,
  createCity,
  refund,
  termsFor,
} from "@/server/settlement/testing";
import { serveReport } from "./serve-report";
import { hashNewReports, openStatementReport, type ReportFormat } from "./service";

useTestDatabase();
const system = mintSystemScope("test");
const periodEnd = new Date("2026-06-01T20:00:00Z");

type Row = Record<string, string>;

let city: City;
let runId: string;

async function statementOf(partyId: string | undefined): Promise<string> {
  const { rows } = await withScope(system, (tx) =>
    tx.query<{ id: string }>("select id from statement where run_id = $1 and party_id = $2", [
      runId,
      partyId,
    ]),
  );
  return rows[0]?.id ?? "";
}

async function textOf(statementId: string, format: ReportFormat = "csv"): Promise<string> {
  const report = await openStatementReport(system, statementId, format);
  if (!report.ok) throw new Error(report.reason);
  let text = "";
  for await (const chunk of report.chunks()) text += chunk;
  return text;
}

function sum(rows: readonly Row[], column: string): bigint {
  return rows.reduce((all, row) => all + parseMicros(row[column] ?? "0"), 0n);
}

beforeAll(async () => {
  city = await createCity();
  await withClock(new Date("2026-01-02T00:00:00Z"), () => bringIntoForce(city, termsFor(city)));
  for (let minute = 0; minute < 40; minute++) {
    const at = new Date(Date.parse("2026-06-01T08:00:00Z") + minute * 60_000);
    const id = await capture(city, { merchant: minute % 2, micros: BigInt(1 + minute) * 370_000n, at });
    if (minute % 7 === 0) await refund(city, id, 100_000n, new Date(at.getTime() + 30_000));
  }
  await withOwner((client) => client.query(`update payment set description = '=HYPERLINK("x")'`));
  const closed = await withClock(new Date(periodEnd.getTime() + 1), () =>
    closePeriod(city.creator, city.programId, periodEnd),
  );
  if (!closed.ok) throw new Error(closed.message);
  runId = closed.runId;
});

describe("a statement's report", () => {
  test("adds up in all of its parts, for every party", async () => {
    for (const party of [...city.merchants, ...city.agencies, { id: city.operatorId }]) {
      const text = await textOf(await statementOf(party.id));
      const rows = parse(text, { bom: true, columns: true }) as Row[];
      const of = (record: string) => rows.filter((row) => row.record === record);
      const summary = Object.fromEntries(of("summary").map((row) => [row.item, row.amount ?? ""]));
      expect(sum(of("line"), "amount")).toBe(parseMicros(summary.allocated ?? ""));
      expect(sum(of("payment"), "amount")).toBe(parseMicros(summary.allocated ?? ""));
      expect(sum(of("line"), "refunds")).toBe(parseMicros(summary.refunds ?? ""));
      expect(sum(of("refund"), "amount")).toBe(parseMicros(summary.refunds ?? ""));
      expect(of("payment").length).toBeGreaterThan(0);
      for (const row of of("payment")) {
        expect(row.local_time).toMatch(/^2026-06-0\d \d\d:\d\d:\d\d$/);
        expect(row.source_id).not.toBe("");
        expect(row.currency).toBe("EUR");
      }
      expect(of("total").map((row) => row.item)).toEqual(["payments", "refunds", "balance"]);
    }
  });

  test("is one table of RFC 4180 without formulas: equal columns, CRLF", async () => {
    const text = await textOf(await statementOf(city.agencies[0]?.id));
    expect(text.startsWith("\ufeffrecord,")).toBe(true);
    expect(text).not.toContain("\u00b7");
    expect(text.endsWith("\r\n")).toBe(true);
    expect(text.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
    const rows = parse(text, { bom: true }) as string[][];
    expect(new Set(rows.map((row) => row.length)).size).toBe(1);
    expect(rows.flat().filter((field) => /^[=+@]/.test(field))).toEqual([]);
    expect(text).toContain(`"'=HYPERLINK(""x"")"`);
  });

  test("is the same to the byte when it is made again, also after a party was renamed; its hash is kept", async () => {
    const id = await statementOf(city.agencies[1]?.id);
    const first = await textOf(id);
    await withOwner((client) => client.query("update organisation set name = name || ' AS'"));
    expect(await textOf(id)).toBe(first);
    const { rows } = await withScope(system, (tx) =>
      tx.query<{ report_sha256: string }>("select report_sha256 from statement where id = $1", [id]),
    );
    expect(rows[0]?.report_sha256).toBe(createHash("sha256").update(first).digest("hex"));
  });

  test("is made while payments of the next period are allocated already", async () => {
    await capture(city, { micros: 5_000_000n, at: new Date("2026-06-02T08:00:00Z") });
    expect((await allocatePending(city.programId)).payments).toBe(1);
    for (const party of [...city.merchants, ...city.agencies]) {
      expect(await openStatementReport(system, await statementOf(party.id), "csv")).toMatchObject({
        ok: true,
      });
    }
  });

  test("says the same as JSON", async () => {
    const id = await statementOf(city.merchants[0]?.id);
    const json = JSON.parse(await textOf(id, "json")) as {
      header: Row;
      payments: { amount: string; refund: number }[];
      totals: Row;
    };
    const rows = parse(await textOf(id), { bom: true, columns: true }) as Row[];
    expect(json.payments.length).toBe(
      rows.filter(({ record }) => /^(payment|refund)$/.test(record ?? "")).length,
    );
    expect(json.totals.payments).toBe(rows.find(({ record }) => record === "total")?.amount);
    expect(json.header.statement_id).toBe(toPublicId("statement", id));
  });

  test("hashes of reports that nobody asked for are made by the job", async () => {
    await hashNewReports();
    const { rows } = await withScope(system, (tx) =>
      tx.query("select 1 from statement where report_sha256 is null and run_id = $1", [runId]),
    );
    expect(rows).toEqual([]);
  });

  test("is not made when lines, allocations or ledger say otherwise, and breaks off when its items do", async () => {
    const id = await statementOf(city.agencies[0]?.id);
    const GUARDED = ["statement", "statement_line", "tranche_total", "allocation_leg"];
    const reasonWhile = async (change: string, back: string) => {
      await pastGuards(GUARDED, change, [id]);
      const report = await openStatementReport(system, id, "csv");
      await pastGuards(GUARDED, back, [id]);
      return report.ok ? null : report.reason;
    };
    const line = (by: string) =>
      `update statement_line set amount_micros = amount_micros ${by} where statement_id = $1 and ordinal = 1`;
    expect(await reasonWhile(line("+ 10000"), line("- 10000"))).toBe("report_lines_differ");
    const total = (by: string) =>
      `update tranche_total set amount_micros = amount_micros ${by} where party_id = (select party_id from statement where id = $1)`;
    expect(await reasonWhile(total("+ 1"), total("- 1"))).toBe("report_allocations_differ");
    const closing = (by: string) =>
      `update statement set closing_micros = closing_micros ${by}, opening_micros = opening_micros ${by} where id = $1`;
    expect(await reasonWhile(closing("+ 1"), closing("- 1"))).toBe("report_ledger_differs");
    expect((await openStatementReport(system, id, "csv")).ok).toBe(true);
    const leg = (by: string) => `update allocation_leg set amount_micros = amount_micros ${by}
      where (payment_id, refund_ordinal, ordinal) = (select payment_id, refund_ordinal, ordinal from allocation_leg l
        join statement s on s.party_id = l.party_id where s.id = $1 order by 1, 2, 3 limit 1)`;
    await pastGuards(GUARDED, leg("+ 10000"), [id]);
    await expect(textOf(id)).rejects.toThrow(/do not add up/);
    await pastGuards(GUARDED, leg("- 10000"), [id]);
  });
});

describe("the download", () => {
  const accessOf = (id: Id<"organisation">, kind: "merchant" | "agency" | "operator") => ({
    membershipId: "" as Id<"membership">,
    role: "finance" as const,
    organisation: { id, kind, slug: "x", name: "X", suspended: false },
  });
  const session = {
    sessionId: "00000000-0000-7000-8000-000000000001" as Id<"session">,
    user: {
      id: "00000000-0000-7000-8000-000000000002" as Id<"user">,
      email: "x@example.com",
      name: "X",
      preferences: {} as never,
    },
  };

  test("is for the party and the operator; somebody else's statement is as if it were not", async () => {
    const [mine, other] = city.agencies;
    if (!mine || !other) throw new Error("There are several.");
    const file = `${toPublicId("statement", await statementOf(mine.id))}.csv`;
    for (const access of [accessOf(mine.id, "agency"), accessOf(city.operatorId, "operator")]) {
      const response = await serveReport(session, [access], file);
      expect(response.status).toBe(200);
      expect(response.headers.get("content-disposition")).toMatch(/^attachment; filename="statement-/);
      expect(await response.text()).toContain(toPublicId("organisation", mine.id));
    }
    for (const memberships of [[accessOf(other.id, "agency")], []]) {
      await expect(serveReport(session, memberships, file)).rejects.toMatchObject({ code: "not_found" });
    }
    await expect(serveReport(session, [accessOf(mine.id, "agency")], "nonsense.csv")).rejects.toMatchObject({
      code: "not_found",
    });
  });
});
