import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { withOwner } from "@/server/platform/db";
import { useTestDatabase } from "@/server/platform/testing";
import { clearingAccount, receivableAccount } from "./rules/derive-accounts";
import { type ImportRequest, importFile } from "./service/import-file";
import { exportRefusedRows, listImportRows, listImports } from "./service/list-imports";
import { listPayments } from "./service/list-payments";
import { balanceOf, createWorld, system, type TestWorld } from "./testing";

useTestDatabase();

const HEADER =
  "TransactionId,TransactionDateTime,TransactionDate,timeStart,timeExpired,Duration_mins,Amount,PaymentMean,MeterCode,ElementKey";
const line = (id: number | string, amount = "1.25") =>
  `${id},2012-05-19 17:50:59,2012-05-19,17:50:00,19:15:00,85,${amount},COINS,10255002,6198`;

const seattle = () => createWorld({ currency: "USD", timeZone: "America/Los_Angeles" });

async function* bytesOf(content: string | Buffer, size = 1_000): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(content);
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

async function run(world: TestWorld, content: string | Buffer, over: Partial<ImportRequest> = {}) {
  const { programId, merchantId } = world;
  return await importFile(world.operator, {
    programId,
    merchantId,
    format: "auto",
    fileName: "file",
    stream: bytesOf(content),
    ...over,
  });
}

async function summaryOf(result: Awaited<ReturnType<typeof importFile>>) {
  if (!result.ok) throw new Error(result.message);
  return result.import;
}

const testdata = (name: string) => readFile(join(import.meta.dirname, "import/testdata", name));

describe("importing", () => {
  test("Seattle's rows become captured payments whose money equals the file's, once however often", async () => {
    const world = await seattle();
    const file = await testdata("seattle-parking-sample.csv");
    const first = await summaryOf(await run(world, file));
    expect(first).toMatchObject({
      format: "seattle_parking",
      rowsTotal: 10,
      rowsAccepted: 10,
      rowsRefused: 0,
      acceptedMicros: 27_190_000n,
    });
    expect((await balanceOf(clearingAccount(world.programId, "USD"))).posted).toBe(27_190_000n);
    expect((await balanceOf(receivableAccount(world.programId, "USD"))).posted).toBe(-27_190_000n);
    const again = await summaryOf(await run(world, file));
    expect(again).toMatchObject({
      rowsTotal: 10,
      rowsAccepted: 0,
      rowsDuplicate: 10,
      acceptedMicros: 0n,
      fileSha256: first.fileSha256,
    });
    expect((await balanceOf(clearingAccount(world.programId, "USD"))).posted).toBe(27_190_000n);
    const { items } = await listPayments(world.merchant, {}, { limit: 50 });
    expect(items).toHaveLength(10);
    expect(items.at(-1)).toMatchObject({
      state: "captured",
      capturedAt: new Date("2012-05-20T00:50:59Z"),
      source: "import",
    });
    const rows = await listImportRows(world.operator, again.id, { limit: 50 });
    expect(new Set(rows.items.map((row) => row.outcome))).toEqual(new Set(["duplicate"]));
    expect(rows.items[0]?.paymentId).toBe(items.find((item) => item.externalRef === "seattle:19038821")?.id);
  });

  test("the same file twice at the same moment adds its rows once", async () => {
    const world = await seattle();
    const file = [HEADER, ...Array.from({ length: 1_200 }, (_, n) => line(n + 1))].join("\n");
    const results = await Promise.all([run(world, file), run(world, file)]);
    const summaries = await Promise.all(results.map(summaryOf));
    expect(summaries.reduce((sum, each) => sum + each.rowsAccepted, 0)).toBe(1_200);
    expect((await balanceOf(clearingAccount(world.programId, "USD"))).posted).toBe(1_200n * 1_250_000n);
  });

  test("an OCPI record is taken once, with its odd coordinates flagged on the payment", async () => {
    const world = await createWorld();
    const file = await testdata("cdr_example.json");
    expect(await summaryOf(await run(world, file))).toMatchObject({
      format: "ocpi_cdr",
      rowsAccepted: 1,
      rowsFlagged: 1,
      acceptedMicros: 4_400_000n,
    });
    expect(await summaryOf(await run(world, `{"data":[${file}]}`))).toMatchObject({
      rowsAccepted: 0,
      rowsDuplicate: 1,
    });
    const { items } = await listPayments(world.merchant, { flagged: true }, { limit: 50 });
    expect(items[0]?.flags[0]?.code).toBe("coordinates_outside_country");
    expect(items[0]?.deviceKind).toBe("ev_charger");
  });

  test("a record that comes again with another amount is refused, not overwritten", async () => {
    const world = await seattle();
    await run(world, [HEADER, line(1, "1.25")].join("\n"));
    const again = await summaryOf(
      await run(world, [HEADER, line(1, "1.50"), line(1, "1.25"), line(2), line(2, "9.99")].join("\n")),
    );
    const rows = await listImportRows(world.operator, again.id, { limit: 50 });
    expect(rows.items.map((row) => [row.outcome, row.code])).toEqual([
      ["refused", "already_imported_otherwise"],
      ["duplicate", null],
      ["accepted", null],
      ["refused", "already_imported_otherwise"],
    ]);
  });

  test("refused lines are listed with reasons and can be downloaded, safe for spreadsheets", async () => {
    const world = await seattle();
    const file = [HEADER, line(1), line(2, "-4.00"), line("=1+1", "abc"), '"open quote', line(5)].join(
      "\r\n",
    );
    const summary = await summaryOf(await run(world, file));
    expect(summary.rowsAccepted).toBeGreaterThanOrEqual(1);
    let csv = "";
    for await (const part of exportRefusedRows(world.operator, summary.id)) csv += part;
    expect(csv.startsWith("\ufeffrow,code,reason,id,flags,line\r\n")).toBe(true);
    expect(csv).toContain("2,amount_negative,");
    expect(csv).toContain("3,amount_malformed,");
    expect(csv).toContain("'=1+1,2012-05-19");
  });

  test("cut off in the middle, what was stored stands with its money, and the next run adds the rest", async () => {
    const world = await seattle();
    const file = [HEADER, ...Array.from({ length: 700 }, (_, n) => line(n + 1))].join("\n");
    await withOwner((client) =>
      client.query(
        `create function cut_off() returns trigger language plpgsql as $$ begin raise exception 'cut off'; end $$;
         create trigger cut_off before insert on payment for each row when (new.external_ref = 'seattle:600') execute function cut_off()`,
      ),
    );
    await expect(run(world, file)).rejects.toThrow("cut off");
    await withOwner((client) => client.query("drop function cut_off cascade"));
    expect((await balanceOf(clearingAccount(world.programId, "USD"))).posted).toBe(500n * 1_250_000n);
    expect(await summaryOf(await run(world, file))).toMatchObject({ rowsAccepted: 200, rowsDuplicate: 500 });
    expect((await balanceOf(clearingAccount(world.programId, "USD"))).posted).toBe(700n * 1_250_000n);
    const { items } = await listImports(world.operator, { limit: 50 });
    expect(
      items.filter((item) => item.programId === world.programId).map((item) => item.finishedAt === null),
    ).toEqual([false, true]);
  });

  test("a file that breaks off keeps what came before and says so", async () => {
    const world = await createWorld();
    const cdr = (await testdata("cdr_example.json")).toString();
    const summary = await summaryOf(await run(world, `[${cdr},${cdr.slice(0, 80)}`));
    expect(summary).toMatchObject({ rowsAccepted: 1, failureCode: "json_incomplete" });
  });

  test.each([
    ["file_empty", ""],
    ["file_empty", " \n"],
    ["encoding_mixed", Buffer.from([0xc3, 0xa9, 0x20, 0x20, 0xe9, 0x20, 0x20])],
    ["format_unknown", "just some text\nand more"],
    ["columns_missing", HEADER.replace("Amount", "Sum")],
  ])("a file that cannot be read is refused as a whole: %s", async (reason, content) => {
    const world = await seattle();
    expect(await run(world, content)).toMatchObject({ ok: false, reason });
    const { items } = await listImports(system, { limit: 100 });
    expect(items.filter((item) => item.programId === world.programId)).toEqual([]);
  });

  test("a merchant outside the program is refused", async () => {
    const world = await seattle();
    const other = await createWorld();
    expect(await run(world, HEADER, { merchantId: other.merchantId })).toMatchObject({
      ok: false,
      reason: "merchant_not_in_program",
    });
  });

  test("a file that names no currency is not taken in another one than its publisher's, until somebody says which it is", async () => {
    const world = await createWorld();
    const file = `${HEADER}\n${line(1, "2.75")}\n`;
    const asked = await run(world, file);
    expect(asked).toMatchObject({ ok: false, reason: "currency_unknown" });
    if (!asked.ok) expect(asked.message).toContain("USD");
    expect(await run(world, file, { currency: "USD" })).toMatchObject({
      ok: false,
      reason: "currency_not_of_program",
    });
    expect(await run(world, file, { currency: "EUR" })).toMatchObject({
      ok: true,
      import: { rowsAccepted: 1, rowsFlagged: 0, currency: "EUR" },
    });
  });
});
