import { expect, test } from "vitest";
import { NEUTRAL, seriesAt, seriesColour } from "@/components/charts/party-colour";
import { colourOf } from "@/components/charts/party-series";

const PARTIES = [
  { slug: "harbor-city", kind: "operator" as const, colour: 4 },
  { slug: "voltway", kind: "merchant" as const, colour: 1 },
  { slug: "grid-co", kind: "agency" as const, colour: 10 },
];

test("a party has the colour that the server gave it, whoever looks and by whichever of its names", () => {
  for (const own of [undefined, "voltway", "grid-co"]) {
    expect(colourOf(PARTIES, own, { slug: "grid-co" })).toBe(10);
    expect(colourOf(PARTIES, own, { slug: "harbor-city" })).toBe(4);
    expect(colourOf(PARTIES, own, { slug: "operator" })).toBe(4);
    expect(colourOf(PARTIES, own, { slug: "whatever-it-is-called", kind: "operator" })).toBe(4);
  }
});

test("the merchant of an agreement is the one who reads, and grey where it can be any", () => {
  expect(colourOf(PARTIES, "voltway", { slug: "$merchant" })).toBe(1);
  expect(colourOf(PARTIES, undefined, { slug: "$merchant" })).toBe(NEUTRAL);
  expect(colourOf(PARTIES, undefined, { slug: "unheard-of" })).toBe(NEUTRAL);
});

test("indices wrap, and what the palette lacks is grey", () => {
  expect(seriesAt(6)).toBe(1);
  expect(seriesAt(-1)).toBe(6);
  expect(seriesColour(11)).toBe("var(--series-11)");
  expect(seriesColour(12)).toBe("var(--series-6)");
});
