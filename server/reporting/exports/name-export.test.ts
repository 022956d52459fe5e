import { expect, test } from "vitest";
import { nameExport, nameUsageExport } from "./name-export";

const madeAt = new Date("2026-12-01T09:30:12Z");

test("a whole list says whose it is and when it was made", () => {
  expect(nameExport("voltway", {}, madeAt)).toBe("payments_voltway_made_2026-12-01T0930Z.csv");
});

test("a filtered one says by what", () => {
  expect(
    nameExport(
      "voltway",
      {
        fromDay: "2026-11-01",
        toDay: "2026-11-30",
        states: ["refunded", "partially_refunded"],
        minAmount: 10_000_000n,
        maxAmount: 30_500_000n,
      },
      madeAt,
    ),
  ).toBe(
    "payments_voltway_2026-11-01_to_2026-11-30_refunded+partially_refunded_10_to_30.5_made_2026-12-01T0930Z.csv",
  );
});

test("what somebody typed cannot break the header or the file system, and a long one is cut", () => {
  const name = nameExport("voltway", { text: `a"b/..\\c\r\n${"x".repeat(300)}` }, madeAt);
  expect(name).toMatch(/^payments_voltway_find-a-b-..-c-x+_made_2026-12-01T0930Z\.csv$/);
  expect(name.length).toBeLessThan(150);
});

test("the records of a payment are named by merchant, days of the program and payment", () => {
  const of = {
    merchant: "Grid & Co",
    paymentId: "pay_01kbcde",
    from: new Date("2026-11-27T23:30:00Z"),
    to: new Date("2026-11-29T10:00:00Z"),
    timeZone: "Europe/Oslo",
  };
  expect(nameUsageExport(of, madeAt, "jsonl")).toBe(
    "usage_Grid-Co_2026-11-28_to_2026-11-29_pay_01kbcde_made_2026-12-01T0930Z.jsonl",
  );
});
