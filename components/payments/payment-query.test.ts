import { expect, test } from "vitest";
import { paymentQuery } from "@/components/payments/payment-query";

const state = { tab: "all", filters: {}, search: "" };

test("a day of the filter is handed on as a day, for each payment's program to say when it was", () => {
  expect(paymentQuery({ ...state, filters: { day: ["2026-03-29", "2026-03-29"] } })).toEqual({
    fromDay: "2026-03-29",
    toDay: "2026-03-29",
  });
  expect(paymentQuery({ ...state, filters: { day: ["2026-13-45", ""] } })).toEqual({});
});

test("what the URL says wrongly narrows nothing", () => {
  const filters = { kind: ["spaceship"], amount: ["a lot", ""], day: ["soon", ""], source: ["device"] };
  expect(paymentQuery({ tab: "nonsense", filters, search: "  " })).toEqual({ sources: ["device"] });
});
