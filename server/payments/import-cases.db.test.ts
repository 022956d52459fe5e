import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { withScope } from "@/server/platform/db";
import { newId } from "@/server/platform/ids";
import { pastGuards, useTestDatabase } from "@/server/platform/testing";
import { type MappingTerms, mappingTermsSchema } from "./import/schema";
import type { ImportSummary } from "./import/types";
import { clearingAccount } from "./rules/derive-accounts";
import { dryRunFile, type ImportRequest, importFile } from "./service/import-file";
import { listImportRows } from "./service/list-imports";
import { getPayment, listPayments } from "./service/list-payments";
import { saveMapping } from "./service/manage-mappings";
import { balanceOf, createWorld, system, type TestWorld } from "./testing";

useTestDatabase();

const caseFile = (path: string) => readFile(join(import.meta.dirname, "import/testdata/cases", path));
const usd = () => createWorld({ currency: "USD", timeZone: "America/Los_Angeles" });

function request(world: TestWorld, content: string | Buffer, over: Partial<ImportRequest>): ImportRequest {
  async function* stream() {
    yield Buffer.from(content);
  }
  const { programId, merchantId } = world;
  return { programId, merchantId, format: "auto", fileName: "file", stream: stream(), ...over };
}

/** Imports, after a dry run that must have foretold the same. */
async function bring(
  world: TestWorld,
  content: string | Buffer,
  over: Partial<ImportRequest> = {},
): Promise<ImportSummary> {
  const foretold = await dryRunFile(world.operator, request(world, content, over));
  const result = await importFile(world.operator, request(world, content, over));
  if (!result.ok) throw new Error(`${result.reason}: ${result.message}`);
  if (!foretold.ok) throw new Error(`The dry run refused: ${foretold.message}`);
  const done = result.import;
  expect(foretold.dryRun).toMatchObject({
    rows: {
      total: done.rowsTotal,
      accepted: done.rowsAccepted,
      refund: done.rowsRefunds,
      free: done.rowsFree,
      duplicate: done.rowsDuplicate,
      refused: done.rowsRefused,
      flagged: done.rowsFlagged,
    },
    acceptedMicros: done.acceptedMicros,
    refundedMicros: done.refundedMicros,
    fileSha256: done.fileSha256,
  });
  return done;
}

async function rowsOf(summary: ImportSummary) {
  const { items } = await listImportRows(system, summary.id, { limit: 100 });
  return items.map((row) => ({ ...row, flags: row.flags.map(({ code }) => code) }));
}

const cleared = async (world: TestWorld) =>
  (await balanceOf(clearingAccount(world.programId, world.currency))).posted;

const cdr = (over: Record<string, unknown> = {}) => ({
  country_code: "NL",
  party_id: "AAA",
  id: "c1",
  start_date_time: "2026-11-20T10:00:00Z",
  end_date_time: "2026-11-20T11:00:00Z",
  currency: "EUR",
  total_cost: { excl_vat: 10, incl_vat: 12.5 },
  ...over,
});
const credit = (over: Record<string, unknown> = {}) =>
  cdr({ id: "c1-C", credit: true, credit_reference_id: "C1", ...over });

describe("credits", () => {
  test("a credit record gives back the record that it names, with or without a minus", async () => {
    const world = await createWorld();
    const done = await bring(world, await caseFile("01-credit-flag-ignored/cdr.json"));
    expect(done).toMatchObject({
      rowsTotal: 2,
      rowsAccepted: 1,
      rowsRefunds: 1,
      rowsFlagged: 1,
      acceptedMicros: 12_500_000n,
      refundedMicros: 12_500_000n,
    });
    expect(await cleared(world)).toBe(0n);
    const { items } = await listPayments(world.merchant, {}, { limit: 10 });
    expect(items.map(({ state, refundedMicros }) => [state, refundedMicros])).toEqual([
      ["refunded", 12_500_000n],
    ]);
    const detail = await getPayment(world.operator, items[0]?.id ?? newId("payment"));
    expect(detail.refunds.map(({ reason }) => reason)).toEqual([
      "Credit record ocpi:NL*AAA*orig2-C of an imported file.",
    ]);
    const again = await bring(world, await caseFile("01-credit-flag-ignored/cdr.json"));
    expect(again).toMatchObject({ rowsDuplicate: 2, rowsRefunds: 0, refundedMicros: 0n });
  });

  test("a credit that stands before its record, in another letter case and with a minus, finds it", async () => {
    const world = await createWorld();
    const done = await bring(
      world,
      JSON.stringify([credit({ total_cost: { excl_vat: -4, incl_vat: -5 }, country_code: "nl" }), cdr()]),
    );
    expect(done).toMatchObject({
      rowsAccepted: 1,
      rowsRefunds: 1,
      rowsFlagged: 0,
      refundedMicros: 5_000_000n,
    });
    expect(await cleared(world)).toBe(7_500_000n);
  });

  test("a credit comes to its record over a chunk of lines, from another file, and as a line below zero", async () => {
    const world = await createWorld();
    const many = Array.from({ length: 700 }, (_, n) => cdr({ id: `m${n}` }));
    const done = await bring(
      world,
      JSON.stringify([credit({ id: "m-C", credit_reference_id: "m699" }), ...many]),
    );
    expect(done).toMatchObject({ rowsAccepted: 700, rowsRefunds: 1, rowsRefused: 0 });
    const later = await bring(
      world,
      JSON.stringify(
        cdr({ id: "m1-C", credit_reference_id: "m1", total_cost: { excl_vat: -10, incl_vat: -12.5 } }),
      ),
    );
    expect(later).toMatchObject({ rowsRefunds: 1 });
  });

  test("what gives back more than is left, names nothing, an unknown one or somebody else's is refused with its reason", async () => {
    const world = await createWorld();
    const done = await bring(
      world,
      JSON.stringify([
        cdr(),
        credit({ id: "x1", total_cost: { excl_vat: 20, incl_vat: 25 } }),
        credit({ id: "x2", credit_reference_id: undefined }),
        credit({ id: "x3", credit_reference_id: "nobody" }),
        cdr({ id: "x4", credit_reference_id: "c1" }),
        credit({ id: "x5", credit_reference_id: "c1", party_id: "BBB" }),
        cdr({ id: "x6", total_cost: { excl_vat: -1, incl_vat: -1.25 } }),
        credit({ id: "x7", total_cost: { excl_vat: 8, incl_vat: 10 } }),
        credit({ id: "x8", total_cost: { excl_vat: 2, incl_vat: 2.51 } }),
        credit({ id: "c1", total_cost: { excl_vat: 2, incl_vat: 2.5 } }),
      ]),
    );
    const rows = await rowsOf(done);
    expect(rows.map(({ outcome, code }) => code ?? outcome)).toEqual([
      "accepted",
      "credit_exceeds_rest",
      "credit_names_nothing",
      "credit_names_unknown",
      "credit_not_marked",
      "credit_names_unknown",
      "amount_negative",
      "refund",
      "credit_exceeds_rest",
      "refund",
    ]);
    expect(await cleared(world)).toBe(0n);
  });
});

describe("the same record", () => {
  test("is one, in whatever letter case its ids are written", async () => {
    const world = await createWorld();
    const done = await bring(world, await caseFile("03-ids-in-another-case/cdr.json"));
    expect(done).toMatchObject({ rowsAccepted: 1, rowsDuplicate: 2, acceptedMicros: 12_500_000n });
    const other = await bring(world, JSON.stringify(cdr({ id: "abc-77", party_id: "BBB" })));
    expect(other).toMatchObject({ rowsAccepted: 1 });
  });

  test("under a second merchant or program is a conflict that names the first", async () => {
    const world = await createWorld();
    const file = await caseFile("14-import-to-the-wrong-program-or-merchant/cdr.json");
    await bring(world, file);
    const elsewhere = newId("program");
    await withScope(system, async (tx) => {
      await tx.query(
        `insert into program (id, slug, name, operator_id, currency, time_zone, calendar)
         values ($1, $2, 'The right one', $3, 'EUR', 'Europe/Oslo', '{"every":"day","cutOff":"22:00"}')`,
        [elsewhere, `right-${elsewhere.slice(-12)}`, world.operatorId],
      );
      await tx.query("insert into program_party (program_id, organisation_id) values ($1, $2)", [
        elsewhere,
        world.merchantId,
      ]);
    });
    const again = await bring(world, file, { programId: elsewhere });
    expect(again).toMatchObject({ rowsAccepted: 0, rowsRefused: 2, rowsDuplicate: 0 });
    expect(await rowsOf(again)).toMatchObject([
      { code: "already_imported_elsewhere", message: expect.stringContaining("Merchant in Program") },
      { code: "already_imported_elsewhere" },
    ]);
    // Another operator's books know nothing of it.
    expect(await bring(await createWorld(), file)).toMatchObject({ rowsAccepted: 2 });
  });
});

describe("amounts", () => {
  test.each([
    ["05-four-decimals/cdr.json", { rowsAccepted: 1, rowsFlagged: 1, acceptedMicros: 6_400_000n }],
    [
      "06-float-artefact-and-exponent/cdr.json",
      { rowsAccepted: 2, rowsFlagged: 1, acceptedMicros: 130_240_000n },
    ],
  ])("%s is rounded to the minor unit by a stated rule, with a flag", async (path, expected) => {
    const done = await bring(await createWorld(), await caseFile(path));
    expect(done).toMatchObject(expected);
    const [row] = await rowsOf(done);
    expect(row?.flags).toEqual(["amount_rounded"]);
  });

  test("free sessions are counted apart, and what is odd or missing is said in plain words", async () => {
    const world = await createWorld();
    const done = await bring(world, await caseFile("22-free-session-and-odd-facts/cdr.json"));
    expect(done).toMatchObject({
      rowsTotal: 6,
      rowsAccepted: 1,
      rowsFree: 1,
      rowsRefused: 4,
      rowsFlagged: 2,
    });
    expect((await rowsOf(done)).map((row) => [row.outcome, row.message, row.flags])).toEqual([
      ["free", null, []],
      ["accepted", null, ["quantity_negative"]],
      ["refused", "id is blank.", ["id_blank"]],
      ["refused", "total_cost is missing.", []],
      ["refused", "total_cost is missing.", []],
      ["refused", "end_date_time is missing.", []],
    ]);
    expect(await bring(world, JSON.stringify(cdr({ id: "S0", total_cost: 0 })))).toMatchObject({
      rowsFree: 0,
      rowsDuplicate: 1,
    });
  });

  test("dollars are not taken as yen", async () => {
    const file = await caseFile("21-dollars-taken-as-yen/rows.csv");
    for (const currency of ["JPY", "EUR"] as const) {
      const world = await createWorld({ currency });
      expect(await importFile(world.operator, request(world, file, {}))).toMatchObject({
        ok: false,
        reason: "currency_unknown",
      });
      expect(await cleared(world)).toBe(0n);
    }
  });
});

describe("the zone of an imported row", () => {
  const govern = (world: TestWorld, rules: unknown) =>
    pastGuards(
      ["agreement"],
      `insert into agreement (id, program_id, version, state, terms, terms_sha256, effective_from, governs_from)
       values ($1, $2, 1, 'in_force', $3, 'x', '2026-11-01', '2026-11-01')`,
      [newId("agreement"), world.programId, JSON.stringify({ rules })],
    );

  test("is told by its place, by a device of the registry or by a mapping, and reaches the payment", async () => {
    const world = await createWorld();
    const { rules } = JSON.parse(
      (await caseFile("07-zone-rule-passes-imports-by/agreement.json")).toString(),
    );
    await govern(world, rules);
    const [record] = JSON.parse((await caseFile("07-zone-rule-passes-imports-by/cdr.json")).toString());
    await withScope(system, (tx) =>
      tx.query("update device set external_id = 'NO*VLT*E0418', kind = 'ev_charger' where id = $1", [
        world.deviceId,
      ]),
    );
    await saveMapping(world.operator, {
      name: "Chargers",
      terms: { kind: "ocpi", zones: { "Quay 9": "harbor" } },
    });
    const at = (id: string, cdr_location: unknown) => ({ ...record, id, cdr_location });
    const done = await bring(
      world,
      JSON.stringify([
        at("a", { id: "HARBOR", name: "x" }),
        at("b", { id: "1", name: "y", evse_id: "no*vlt*e0418" }),
        at("c", { id: "2", name: "quay 9" }),
        at("d", { id: "3", name: "nowhere" }),
        at("e", undefined),
      ]),
      { mapping: "Chargers" },
    );
    expect((await rowsOf(done)).map(({ flags }) => flags)).toEqual([
      [],
      [],
      [],
      ["zone_unknown"],
      ["zone_unknown"],
    ]);
    const { items } = await listPayments(world.merchant, {}, { limit: 10 });
    const zones = new Map(items.map((item) => [item.externalRef, [item.zone, item.deviceId]]));
    expect(zones.get("ocpi:NL*AAA*a")).toEqual(["harbor", null]);
    expect(zones.get("ocpi:NL*AAA*b")).toEqual(["harbor", world.deviceId]);
    expect(zones.get("ocpi:NL*AAA*c")).toEqual(["harbor", null]);
    expect(zones.get("ocpi:NL*AAA*d")).toEqual([null, null]);
  });

  test("is asked for only where a rule could depend on it", async () => {
    const world = await createWorld();
    await govern(world, [
      { name: "Meters by zone", when: { zone: ["harbor"], deviceKind: ["parking_meter"] }, steps: [] },
      { name: "Chargers", when: { deviceKind: ["ev_charger"] }, steps: [] },
      { name: "Late", when: { zone: ["north"] }, steps: [] },
    ]);
    expect(await bring(world, JSON.stringify(cdr()))).toMatchObject({ rowsAccepted: 1, rowsFlagged: 0 });
    const night = await createWorld();
    await govern(night, [
      { name: "Night", when: { deviceKind: ["ev_charger"], hours: ["22:00-06:00"] }, steps: [] },
      { name: "Zone", when: { zone: ["north"] }, steps: [] },
      { name: "Else", steps: [] },
    ]);
    expect(await bring(night, JSON.stringify(cdr()))).toMatchObject({ rowsFlagged: 1 });
    // Before the agreement governs, no rule of it can be missed.
    const early = cdr({ end_date_time: "2026-10-20T11:00:00Z", start_date_time: "2026-10-20T10:00:00Z" });
    expect(await bring(night, JSON.stringify({ ...early, id: "early" }))).toMatchObject({ rowsFlagged: 0 });
  });
});

describe("tables of cities", () => {
  const sanDiego: MappingTerms = mappingTermsSchema.parse({
    kind: "table",
    source: "san-diego",
    id: { columns: ["pole_id", "date_trans_start", "trans_amt"] },
    time: { column: "date_trans_start" },
    amount: { column: "trans_amt", unit: "minor" },
    currency: { fixed: "USD" },
    means: { column: "pay_method" },
    place: { column: "pole_id", zones: { "BA-1004": "banker" } },
  });
  const sanFrancisco: MappingTerms = mappingTermsSchema.parse({
    kind: "table",
    source: "sfmta",
    id: { columns: ["TRANSMISSION_DATETIME"] },
    time: { column: "SESSION_START_DT" },
    amount: { column: "GROSS_PAID_AMT" },
    currency: { fixed: "USD" },
    means: { column: "PAYMENT_TYPE" },
    place: { column: "STREET_BLOCK" },
    device: { column: "POST_ID", kind: "parking_meter" },
  });

  test.each([
    ["17-seattle-as-its-api-writes-it/rows.csv", 1, 2_500_000n],
    ["17-seattle-as-its-api-writes-it/money.csv", 2, 1_005_000_000n],
    ["18-other-cities/seattle-latin1.csv", 1, 2_500_000n],
    ["18-other-cities/seattle-semicolon.csv", 1, 2_500_000n],
    ["18-other-cities/seattle-utf16.csv", 1, 2_500_000n],
    ["18-other-cities/seattle-without-elementkey.csv", 1, 2_500_000n],
  ])("%s is taken without a mapping", async (path, rows, micros) => {
    const world = await usd();
    const done = await bring(world, await caseFile(path));
    expect(done).toMatchObject({
      rowsAccepted: rows,
      rowsRefused: 0,
      rowsFlagged: 0,
      acceptedMicros: micros,
    });
    const { items } = await listPayments(world.merchant, {}, { limit: 10 });
    expect(items.map(({ occurredAt }) => occurredAt.toISOString().slice(0, 16))).toContain(
      "2026-11-20T18:15",
    );
    if (path.includes("latin1")) expect(items[0]?.instrumentLabel).toBe("CR\u00c9DIT");
  });

  test("San Diego's cents and composed key are read by a saved mapping, once however often", async () => {
    const world = await usd();
    await saveMapping(world.operator, { name: "San Diego", terms: sanDiego });
    const file = await caseFile("18-other-cities/sandiego.csv");
    const done = await bring(world, file, { mapping: "San Diego" });
    expect(done).toMatchObject({
      format: "mapped",
      mappingName: "San Diego",
      rowsAccepted: 1,
      rowsDuplicate: 1,
      acceptedMicros: 1_250_000n,
    });
    const { items } = await listPayments(world.merchant, {}, { limit: 10 });
    expect(items).toMatchObject([
      { zone: "banker", instrumentLabel: "CREDIT CARD", occurredAt: new Date("2026-11-20T16:01:00Z") },
    ]);
    expect(await bring(world, file, { mapping: "San Diego" })).toMatchObject({ rowsDuplicate: 2 });
    // Where the source says that equal lines are different transactions, they are.
    await saveMapping(world.operator, {
      name: "Each",
      terms: mappingTermsSchema.parse({
        ...sanDiego,
        source: "san-diego-each",
        id: { columns: ["pole_id", "date_trans_start"], repeats: "another" },
      }),
    });
    expect(await bring(world, file, { mapping: "Each" })).toMatchObject({ rowsAccepted: 2 });
    expect(await bring(world, file, { mapping: "Each" })).toMatchObject({ rowsDuplicate: 2 });
  });

  test("San Francisco's rows are taken, and a row below zero that names no payment is refused with its reason", async () => {
    const world = await usd();
    await saveMapping(world.operator, { name: "SF", terms: sanFrancisco });
    const done = await bring(world, await caseFile("18-other-cities/sf.csv"), { mapping: "SF" });
    expect(done).toMatchObject({ rowsAccepted: 1, rowsRefused: 1, acceptedMicros: 2_500_000n });
    expect(await rowsOf(done)).toMatchObject([{ outcome: "accepted" }, { code: "amount_negative" }]);
  });

  test("rows that the mapping calls refunds give back what they name", async () => {
    const world = await createWorld({ currency: "EUR", timeZone: "Europe/Berlin" });
    await saveMapping(world.operator, {
      name: "Automaten",
      terms: mappingTermsSchema.parse({
        kind: "table",
        source: "automaten",
        id: { columns: ["Beleg"], ignoreCase: true },
        time: { column: "Datum", clockColumn: "Uhrzeit", form: "dmy" },
        amount: { column: "Betrag", decimal: "comma" },
        currency: { column: "W\u00e4hrung" },
        means: { column: "Zahlart" },
        refunds: { column: "Art", values: ["Storno"], referenceColumn: "Zu" },
      }),
    });
    const file = [
      "Beleg;Datum;Uhrzeit;Betrag;W\u00e4hrung;Zahlart;Art;Zu",
      "a1;20.11.2026;10:15;1.002,50;EUR;Karte;Kauf;",
      "a2;20.11.2026;11:15;2,50;EUR;Karte;Storno;A1",
      "a3;20.11.2026;11:15;-1,00;EUR;Karte;Storno;A1",
      "a1;21.11.2026;08:00;3,00;EUR;Karte;Storno;a1",
      "a4;20.11.2026;12:00;3,00;USD;Karte;Kauf;",
      "a5;31.11.2026;12:00;3,00;EUR;Karte;Kauf;",
      "a6;20.11.2026;12:00;0,00;EUR;Karte;Kauf;",
    ].join("\r\n");
    const done = await bring(world, Buffer.from(file, "latin1"), { mapping: "Automaten" });
    expect(done).toMatchObject({ encoding: "windows-1252", delimiter: ";" });
    expect((await rowsOf(done)).map(({ outcome, code }) => code ?? outcome)).toEqual([
      "accepted",
      "refund",
      "refund",
      "refund",
      "currency_not_of_program",
      "time_malformed",
      "free",
    ]);
    expect(await cleared(world)).toBe(1_002_500_000n - 6_500_000n);
    const { items } = await listPayments(world.merchant, {}, { limit: 10 });
    expect(items[0]?.occurredAt).toEqual(new Date("2026-11-20T09:15:00Z"));
  });

  test("a mapping whose columns the file lacks, or whose currency is not the program's, is refused before any row", async () => {
    const world = await createWorld();
    await saveMapping(world.operator, { name: "San Diego", terms: sanDiego });
    const bringIt = (file: string | Buffer) =>
      importFile(world.operator, request(world, file, { mapping: "San Diego" }));
    expect(await bringIt(await caseFile("18-other-cities/sandiego.csv"))).toMatchObject({
      reason: "currency_not_of_program",
    });
    const dollars = await usd();
    await saveMapping(dollars.operator, { name: "San Diego", terms: sanDiego });
    expect(
      await importFile(
        dollars.operator,
        request(dollars, await caseFile("18-other-cities/sf.csv"), { mapping: "San Diego" }),
      ),
    ).toMatchObject({ reason: "columns_missing", message: expect.stringContaining("pole_id") });
    expect(
      await importFile(dollars.operator, request(dollars, "[]", { mapping: "San Diego" })),
    ).toMatchObject({ reason: "mapping_of_other_kind" });
  });
});
