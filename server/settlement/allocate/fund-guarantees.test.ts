import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatMicros, parseMicros } from "@/server/platform/money";
import type { Guarantee } from "../agreement/shape";
import { fundGuarantees } from "./fund-guarantees";

const net = (amounts: Record<string, string>) =>
  new Map(Object.entries(amounts).map(([party, amount]) => [party, parseMicros(amount)]));
const guarantee = (to: string, amount: string, funders: Record<string, string>): Guarantee => ({
  to,
  amount,
  per: "period",
  fundedBy: Object.entries(funders).map(([from, weight]) => ({ from, weight })),
});
const shown = (guarantees: Guarantee[], amounts: Record<string, string>) =>
  fundGuarantees(guarantees, net(amounts), "EUR").map(({ to, funded, unfundedMicros }) => {
    const given = funded.map(({ from, amountMicros }) => `${from} ${formatMicros(amountMicros)}`).join(", ");
    return `${to}: ${given || "nothing"}, unfunded ${formatMicros(unfundedMicros)}`;
  });

describe("a guarantee", () => {
  const metro = guarantee("metro", "1500.00", { city: "1" });

  test("tops the party up to the guaranteed amount", () => {
    expect(shown([metro], { metro: "1400.01", city: "9000.00" })).toEqual([
      "metro: city 99.99, unfunded 0.00",
    ]);
  });

  test("gives nothing when the party has as much or more", () => {
    expect(shown([metro], { metro: "1500.00", city: "9000.00" })).toEqual(["metro: nothing, unfunded 0.00"]);
    expect(shown([metro], { metro: "1500.01", city: "9000.00" })).toEqual(["metro: nothing, unfunded 0.00"]);
  });

  test("covers also what refunds took beyond the allocation", () => {
    expect(shown([metro], { metro: "-10.00", city: "9000.00" })).toEqual([
      "metro: city 1510.00, unfunded 0.00",
    ]);
  });

  test("is shared among funders by weight, the odd cent to the largest fraction", () => {
    const shared = guarantee("metro", "100.00", { city: "1", grid: "2", bus: "0" });
    expect(shown([shared], { city: "500.00", grid: "500.00", bus: "500.00" })).toEqual([
      "metro: city 33.33, grid 66.67, unfunded 0.00",
    ]);
  });

  test("never takes more than a funder's own allocation; the rest is reported and not laid on the others", () => {
    const shared = guarantee("metro", "100.00", { city: "1", grid: "1" });
    expect(shown([shared], { city: "20.00", grid: "500.00" })).toEqual([
      "metro: city 20.00, grid 50.00, unfunded 30.00",
    ]);
    expect(shown([shared], { city: "-5.00" })).toEqual(["metro: nothing, unfunded 100.00"]);
  });

  test("that was given before counts against the funder, and what was received adds nothing", () => {
    const second = guarantee("bus", "80.00", { city: "1" });
    const third = guarantee("ferry", "10.00", { metro: "1" });
    const results = shown([guarantee("metro", "60.00", { city: "1" }), second, third], { city: "100.00" });
    expect(results).toEqual([
      "metro: city 60.00, unfunded 0.00",
      "bus: city 40.00, unfunded 40.00",
      "ferry: nothing, unfunded 10.00",
    ]);
  });

  test("says in a sentence what was given and what was not", () => {
    const [result] = fundGuarantees([metro], net({ metro: "1400.00", city: "60.00" }), "EUR");
    expect(result?.why).toBe(
      "guaranteed 1500.00 EUR, allocated 1400.00 EUR: short by 100.00 EUR, 60.00 EUR from city, 40.00 EUR could not be funded",
    );
  });
});

test("guarantees never take more than a funder has, nor give more than the shortfall, and account for every cent", () => {
  const party = fc.constantFrom("a", "b", "c", "d");
  const funder = fc.record({ from: party, weight: fc.constantFrom("1", "2", "1/3", "50%") });
  const one = fc.record({
    to: party,
    amount: fc.integer({ min: 0, max: 9999 }).map((cents) => formatMicros(BigInt(cents) * 10_000n)),
    per: fc.constant("period" as const),
    fundedBy: fc.array(funder, { minLength: 1, maxLength: 4 }),
  });
  const cents = fc.integer({ min: -3000, max: 9999 }).map((value) => BigInt(value) * 10_000n);
  const allocated = fc
    .tuple(cents, cents, cents, cents)
    .map((all) => new Map(all.map((micros, at) => ["abcd".charAt(at), micros])));
  fc.assert(
    fc.property(fc.array(one, { maxLength: 4 }), allocated, (guarantees, netMicros) => {
      const given = new Map<string, bigint>();
      for (const result of fundGuarantees(guarantees, netMicros, "EUR")) {
        const funded = result.funded.reduce((sum, { amountMicros }) => sum + amountMicros, 0n);
        expect(funded + result.unfundedMicros).toBe(result.shortfallMicros);
        expect(result.unfundedMicros >= 0n).toBe(true);
        for (const { from, amountMicros } of result.funded) {
          expect(amountMicros > 0n && amountMicros % 10_000n === 0n).toBe(true);
          given.set(from, (given.get(from) ?? 0n) + amountMicros);
        }
      }
      for (const [from, amount] of given) expect(amount <= (netMicros.get(from) ?? 0n)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});
