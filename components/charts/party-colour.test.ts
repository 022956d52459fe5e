import fc from "fast-check";
import { expect, test } from "vitest";
import { assignPartySeries, partyColour, partySeries } from "@/components/charts/party-colour";

test("a party keeps its colour whatever the order of the list it comes in", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 12 }), (keys) => {
      expect(assignPartySeries(keys)).toEqual(assignPartySeries([...keys].reverse()));
    }),
  );
});

test("up to six parties never share a colour", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 6 }), (keys) => {
      expect(new Set(assignPartySeries(keys).values()).size).toBe(keys.length);
    }),
  );
});

test("indices wrap and keys are stable", () => {
  expect(partySeries(6)).toBe(1);
  expect(partyColour("$merchant")).toBe("var(--series-1)");
  expect(partyColour("metro-transit")).toBe(partyColour("metro-transit"));
});
