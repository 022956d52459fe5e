import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { beforeAll, describe, expect, test } from "vitest";
import { permissionsOf } from "@/server/identity/permissions";
import { importFile } from "@/server/payments/service/import-file";
import { exportRefusedRows } from "@/server/payments/service/list-imports";
import { countPayments, listPayments } from "@/server/payments/service/list-payments";
import { createWorld, type TestWorld } from "@/server/payments/testing";
import { withScope } from "@/server/platform/db";
import { mintSystemScope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
import { search } from "../service";
import { writePayments } from "./write-payments";

useTestDatabase();

const cases = join(import.meta.dirname, "../../payments/import/testdata/cases");
let world: TestWorld;
let other: TestWorld;

async function bring(into: TestWorld) {
  const content = await readFile(join(cases, "15-source-id-cannot-be-found-or-exported/cdr.json"));
  async function* stream() {
    yield content;
  }
  const { programId, merchantId } = into;
  const result = await importFile(into.operator, {
    programId,
    merchantId,
    format: "auto",
    fileName: "cdr.json",
    stream: stream(),
  });
  if (!result.ok) throw new Error(result.message);
  return result.import;
}

async function textOf(chunks: AsyncGenerator<string>): Promise<string> {
  let text = "";
  for await (const chunk of chunks) text += chunk;
  return text;
}

beforeAll(async () => {
  world = await createWorld({ timeZone: "Asia/Tokyo" });
  other = await createWorld();
  await bring(world);
  await bring(other);
});

describe("a payment's id in its own system", () => {
  test.each(["ref100", "REF100", "NL*AAA*ref100", "nl*aaa*REF100", "ocpi:NL*AAA*ref100"])(
    "finds it in the list and in the palette: %s",
    async (text) => {
      const { items } = await listPayments(world.merchant, { text }, { limit: 10 });
      expect(items.map(({ externalRef }) => externalRef)).toEqual(["ocpi:NL*AAA*ref100"]);
      expect(await countPayments(world.merchant, { text })).toEqual([{ state: "captured", count: 1n }]);
      const hits = await search(world.merchant, permissionsOf("merchant", "admin"), text);
      expect(hits.filter(({ kind }) => kind === "payment")).toHaveLength(1);
    },
  );

  test("finds no other merchant's, and an index leads to it", async () => {
    expect(
      (await search(world.merchant, permissionsOf("merchant", "admin"), "ref100")).filter(
        ({ kind }) => kind === "payment",
      ),
    ).toHaveLength(1);
    expect(
      (await search(world.operator, permissionsOf("operator", "admin"), "ref100")).filter(
        ({ kind }) => kind === "payment",
      ),
    ).toHaveLength(2);
    const plan = await withScope(mintSystemScope("test"), async (tx) => {
      await tx.query("set local enable_seqscan = off");
      const { rows } = await tx.query<Record<string, string>>(
        "explain select payment_id from imported_record where source_id = 'ref100' or party_source_id = 'ref100'",
      );
      return rows.map((row) => Object.values(row)[0]).join("\n");
    });
    expect(plan).toContain("imported_record_by_source_id");
    expect(plan).toContain("imported_record_by_party_source_id");
  });
});

describe("payments as a file", () => {
  test("open in a spreadsheet as they are: byte order mark, ASCII signs, local time beside UTC, source id, currency", async () => {
    const text = await textOf(writePayments(world.merchant, {}));
    expect(text.startsWith("\ufeffpayment_id,source_id,")).toBe(true);
    expect(text).not.toContain("\u00b7");
    const [row] = parse(text, { bom: true, columns: true }) as Record<string, string>[];
    expect(row).toMatchObject({
      source_id: "NL*AAA*ref100",
      occurred_at: "2026-11-20T11:00:00.000Z",
      occurred_local: "2026-11-20 20:00:00",
      captured_local: "2026-11-20 20:00:00",
      time_zone: "Asia/Tokyo",
      instrument: "Token ****",
      currency: "EUR",
    });
    expect(row?.program).toMatch(/^program-/);
  });

  test("refused lines begin with a byte order mark too", async () => {
    const again = await bring(world);
    expect(await textOf(exportRefusedRows(world.operator, again.id))).toBe(
      "\ufeffrow,code,reason,id,flags,line\r\n",
    );
  });
});
