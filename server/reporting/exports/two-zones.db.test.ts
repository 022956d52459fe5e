/** An operator with a program in Tokyo and one in Oslo: a day is the program's, in lists, counts, sums and files alike. */
import { parse } from "csv-parse/sync";
import { beforeAll, describe, expect, test } from "vitest";
import type { PaymentFilter } from "@/server/payments/schema";
import { authorisePayment } from "@/server/payments/service/authorise-payment";
import { countPayments, listPayments, totalPayments } from "@/server/payments/service/list-payments";
import { addWallet, createWorld, requestOf, type TestWorld } from "@/server/payments/testing";
import { withClock } from "@/server/platform/clock";
import { useTestDatabase } from "@/server/platform/testing";
import { writePayments } from "./write-payments";

useTestDatabase();

/** The 12th of May ends at 15:00 UTC in Tokyo and at 22:00 UTC in Oslo. */
const MOMENTS = [
  // Before the 12th in Oslo, in it in Tokyo.
  "2026-05-11T15:00:00Z",
  "2026-05-11T21:59:59Z",
  // In it in both.
  "2026-05-11T22:00:00Z",
  "2026-05-12T14:59:59Z",
  // The 13th in Tokyo, still the 12th in Oslo.
  "2026-05-12T15:00:00Z",
  "2026-05-12T21:59:59Z",
  // The 13th in both.
  "2026-05-12T22:00:00Z",
];
const ON_THE_12TH = { "Asia/Tokyo": MOMENTS.slice(0, 4), "Europe/Oslo": MOMENTS.slice(2, 6) };
const THE_12TH: PaymentFilter = { fromDay: "2026-05-12", toDay: "2026-05-12" };

let tokyo: TestWorld;
let oslo: TestWorld;

beforeAll(async () => {
  tokyo = await createWorld({ timeZone: "Asia/Tokyo", currency: "JPY" });
  oslo = await createWorld({ timeZone: "Europe/Oslo" });
  for (const [world, currency] of [
    [tokyo, "JPY"],
    [oslo, "EUR"],
  ] as const) {
    const wallet = await addWallet(world, 100_000_000n);
    for (const moment of MOMENTS) {
      const made = await withClock(new Date(moment), () =>
        authorisePayment(
          world.device,
          requestOf({ instrumentToken: wallet.token, currency, amountMicros: 1_000_000n, capture: true }),
        ),
      );
      if (!made.ok) throw new Error(made.reason);
    }
  }
});

const utc = (at: Date) => at.toISOString().replace(".000Z", "Z");

describe("a day over two zones", () => {
  test("is each program's own in the list, whoever's portal it is", async () => {
    const both = (await listPayments(oslo.operator, THE_12TH, { limit: 50 })).items;
    for (const [zone, moments] of Object.entries(ON_THE_12TH)) {
      const own = both.filter(({ programTimeZone }) => programTimeZone === zone);
      expect(own.map(({ occurredAt }) => utc(occurredAt)).sort(), zone).toEqual(moments);
    }
    expect(both).toHaveLength(8);
    const merchant = (await listPayments(tokyo.merchant, THE_12TH, { limit: 50 })).items;
    expect(merchant.map(({ occurredAt }) => utc(occurredAt)).sort()).toEqual(ON_THE_12TH["Asia/Tokyo"]);
  });

  test("pages by key without losing or repeating one of either", async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof listPayments>> = await listPayments(oslo.operator, THE_12TH, {
        cursor,
        limit: 3,
      });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor);
    expect(new Set(seen).size).toBe(8);
    expect(seen).toHaveLength(8);
  });

  test("is counted and added up as it is listed, each currency by itself", async () => {
    const counts = await countPayments(oslo.operator, THE_12TH);
    expect(counts.reduce((sum, { count }) => sum + Number(count), 0)).toBe(8);
    const totals = await totalPayments(oslo.operator, THE_12TH);
    expect(totals.map(({ currency }) => currency).sort()).toEqual(["EUR", "JPY"]);
  });

  test("stands in the file with the clock of each program beside UTC", async () => {
    let text = "";
    for await (const chunk of writePayments(oslo.operator, THE_12TH)) text += chunk;
    const rows = parse(text, { bom: true, columns: true }) as Record<string, string>[];
    expect(rows).toHaveLength(8);
    for (const row of rows) expect(row.occurred_local, row.time_zone).toMatch(/^2026-05-12 /);
    const midnights = rows.filter((row) => row.occurred_local === "2026-05-12 00:00:00");
    expect(midnights.map((row) => [row.time_zone, row.occurred_at, row.currency]).sort()).toEqual([
      ["Asia/Tokyo", "2026-05-11T15:00:00.000Z", "JPY"],
      ["Europe/Oslo", "2026-05-11T22:00:00.000Z", "EUR"],
    ]);
  });
});
