import { expect, test } from "vitest";
import { paymentQuery } from "@/components/payments/payment-query";

const state = { tab: "all", filters: {}, search: "" };

test("a day of the filter is a day of the program's zone and is included whole", () => {
  expect(paymentQuery({ ...state, filters: { day: ["2026-03-29", "2026-03-29"] } }, "Europe/Oslo")).toEqual({
    from: "2026-03-28T23:00:00.000Z",
    to: "2026-03-29T22:00:00.000Z",
  });
});

test("what the URL says wrongly narrows nothing", () => {
  const filters = { kind: ["spaceship"], amount: ["a lot", ""], day: ["soon", ""], source: ["device"] };
  expect(paymentQuery({ tab: "nonsense", filters, search: "  " }, "UTC")).toEqual({ sources: ["device"] });
});
