/** Batches of payments and refunds: what they add up to, whatever the terms. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AgreementTerms, Step } from "../agreement/shape";
import { compileAgreement } from "../allocate/compile-agreement";
import { calendarSchema } from "./compute-period";
import type { BatchLegLeft, BatchPayment, BatchProgram, BatchVersion } from "./gather-batch";
import { type BaseRow, placePayments, reverseRefunds, splitPayments, versionAt } from "./split-batch";

const CENT = 10_000n;
const program: BatchProgram = {
  currency: "EUR",
  timeZone: "Europe/Oslo",
  calendars: [{ from: null, calendar: calendarSchema.parse({ every: "day", cutOff: "22:00" }) }],
};
const PARTIES = new Map([
  ["tax-office", "tax-office-id"],
  ["metro", "metro-id"],
]);
const rest: Step = { id: "rest", kind: "share", shares: [{ to: "$merchant", weight: "1" }] };
const terms = (steps: Step[]): AgreementTerms => ({ rules: [{ name: "All", steps: [...steps, rest] }] });
const version = (steps: Step[], governsFrom = new Date(0)): BatchVersion => ({
  id: `version-${governsFrom.getTime()}`,
  governsFrom,
  compiled: compileAgreement(terms(steps), "EUR"),
  kindOf: new Map(steps.map((step) => [`All\n${step.id}`, step.kind])),
});
const payment = (id: string, cents: bigint, capturedAt = "2026-11-30T10:00:00Z"): BatchPayment => ({
  id,
  merchant_id: "voltway-id",
  merchant_slug: "voltway",
  device_kind: "parking_meter",
  zone: null,
  captured_at: new Date(capturedAt),
  captured_micros: cents * CENT,
});
const split = (versions: BatchVersion[], payments: BatchPayment[], bases: BaseRow[] = []) =>
  splitPayments(placePayments(program, payments), versions, PARTIES, bases);
const tax: Step = { id: "vat", kind: "tax", to: "tax-office", rate: "20%", inclusive: true };
const fee: Step = { id: "fee", kind: "fixed", to: "metro", amount: "0.30" };
const share: Step = { id: "share", kind: "percent", to: "metro", rate: "10%", of: "gross" };

describe("a batch", () => {
  test("counts a payment once for a party, however many steps give to it", () => {
    const { totals } = split([version([fee, share])], [payment("a", 1_000n), payment("b", 500n)]);
    const metro = totals.filter(({ partyId }) => partyId === "metro-id");
    expect(
      metro.map(({ step, paymentCount, grossMicros, amountMicros }) => [
        step,
        paymentCount,
        grossMicros,
        amountMicros,
      ]),
    ).toEqual([
      ["fee", 2, 1_500n * CENT, 60n * CENT],
      ["share", 2, 1_500n * CENT, 150n * CENT],
    ]);
    expect(metro.map(({ firstCount }) => firstCount)).toEqual([2, 0]);
    expect(metro.map(({ firstGrossMicros }) => firstGrossMicros)).toEqual([1_500n * CENT, 0n]);
  });

  test("keeps by how much a step fell short", () => {
    const dear: Step = { id: "fee", kind: "fixed", to: "metro", amount: "5.00" };
    const { legs } = split([version([dear])], [payment("a", 300n)]);
    expect(
      legs.map(({ partyId, step, stepKind, amountMicros, shortMicros }) => ({
        partyId,
        step,
        stepKind,
        amountMicros,
        shortMicros,
      })),
    ).toContainEqual({
      partyId: "metro-id",
      step: "fee",
      stepKind: "fixed",
      amountMicros: 300n * CENT,
      shortMicros: 200n * CENT,
    });
  });

  test("puts each payment into the period and the local day of its capture", () => {
    const at = ["2026-11-30T20:59:59Z", "2026-11-30T21:00:00Z", "2026-11-30T23:00:00Z"];
    const { items, tranches, totals } = split(
      [version([])],
      at.map((moment, index) => payment(String(index), 100n, moment)),
    );
    expect(items.map(({ tranche }) => tranche)).toEqual([0, 1, 1]);
    expect(
      tranches.map(({ periodStart, periodEnd }) => [periodStart.toISOString(), periodEnd.toISOString()]),
    ).toEqual([
      ["2026-11-29T21:00:00.000Z", "2026-11-30T21:00:00.000Z"],
      ["2026-11-30T21:00:00.000Z", "2026-12-01T21:00:00.000Z"],
    ]);
    expect(
      tranches.map(({ firstEffectiveAt, lastEffectiveAt }) => [firstEffectiveAt, lastEffectiveAt]),
    ).toEqual([
      [new Date(at[0] ?? ""), new Date(at[0] ?? "")],
      [new Date(at[1] ?? ""), new Date(at[2] ?? "")],
    ]);
    expect(tranches.map(({ paymentCount, grossMicros }) => [paymentCount, grossMicros])).toEqual([
      [1, 100n * CENT],
      [2, 200n * CENT],
    ]);
    expect(totals.map(({ tranche, day }) => `${tranche} ${day}`)).toEqual([
      "0 2026-11-30",
      "1 2026-11-30",
      "1 2026-12-01",
    ]);
  });

  test("goes on from the running figures of its period, and hands them on", () => {
    const capped: Step = { ...fee, perPeriodMax: "0.50" };
    const [period] = placePayments(program, [payment("a", 1_000n)]).periodStarts;
    const before = [
      { period_start: period as Date, name: "program_gross_in_period", micros: 700n * CENT },
      { period_start: period as Date, name: "taken:fee", micros: 30n * CENT },
    ];
    const { legs, bases } = split([version([capped])], [payment("a", 1_000n), payment("b", 1_000n)], before);
    expect(legs.filter(({ step }) => step === "fee").map(({ amountMicros }) => amountMicros)).toEqual([
      20n * CENT,
      0n,
    ]);
    expect(Object.fromEntries(bases.map(({ name, micros }) => [name, micros]))).toEqual({
      program_gross_in_period: 2_700n * CENT,
      "taken:fee": 50n * CENT,
    });
  });

  test("is split by the version that governs each capture", () => {
    const versions = [version([]), version([fee], new Date("2026-11-30T12:00:00Z"))];
    const { legs } = split(versions, [payment("a", 100n), payment("b", 100n, "2026-11-30T12:00:00Z")]);
    expect(legs.map(({ paymentId, step, agreementId }) => `${paymentId} ${step} ${agreementId}`)).toEqual([
      "a rest version-0",
      `b fee version-${Date.parse("2026-11-30T12:00:00Z")}`,
      `b rest version-${Date.parse("2026-11-30T12:00:00Z")}`,
    ]);
    expect(versionAt(versions, new Date(-1))).toBeNull();
  });

  test("isolates a payment that cannot be split, or throws where nobody listens", () => {
    const stranger: Step = { id: "fee", kind: "fixed", to: "nobody", amount: "0.30" };
    const early = version([], new Date("2026-11-30T00:00:00Z"));
    const later = version([stranger], new Date("2026-11-30T12:00:00Z"));
    const payments = [
      payment("too early", 100n, "2026-11-29T22:30:00Z"),
      payment("good", 100n),
      payment("unknown party", 100n, "2026-11-30T13:00:00Z"),
    ];
    const failed: string[] = [];
    const result = splitPayments(placePayments(program, payments), [early, later], PARTIES, [], (id, error) =>
      failed.push(`${id}: ${(error as Error).message}`),
    );
    expect(result.items.map(({ id }) => id)).toEqual(["good"]);
    expect(result.bases.map(({ micros }) => micros)).toEqual([100n * CENT]);
    expect(failed).toEqual([
      "too early: No agreement governs payment too early.",
      `unknown party: "nobody" in agreement ${later.id} is no organisation of the program.`,
    ]);
    expect(() => splitPayments(placePayments(program, payments), [early], PARTIES, [])).toThrow("too early");
  });

  test("adds up: legs to payments, totals to legs, parties to both, tranches to all", () => {
    const cents = fc.bigInt({ min: 1n, max: 5_000n });
    const hours = fc.integer({ min: 0, max: 72 });
    fc.assert(
      fc.property(fc.array(fc.tuple(cents, hours), { minLength: 1, maxLength: 30 }), (given) => {
        const payments = given.map(([amount, hour], index) =>
          payment(String(index), amount, new Date(Date.UTC(2026, 10, 28, hour)).toISOString()),
        );
        const result = split([version([tax, fee, share])], payments);
        const sum = (all: readonly bigint[]) => all.reduce((left, right) => left + right, 0n);
        for (const { id, captured_micros } of payments) {
          const own = result.legs.filter(({ paymentId }) => paymentId === id);
          expect(sum(own.map(({ amountMicros }) => amountMicros))).toBe(captured_micros);
          expect(own.map(({ ordinal }) => ordinal)).toEqual(own.map((_, index) => index));
        }
        const all = sum(payments.map(({ captured_micros }) => captured_micros));
        expect(sum(result.totals.map(({ amountMicros }) => amountMicros))).toBe(all);
        expect(sum([...result.byParty.values()])).toBe(all);
        expect(sum(result.tranches.map(({ grossMicros }) => grossMicros))).toBe(all);
        expect(sum(result.moves.map(({ micros }) => micros))).toBe(all);
        for (const party of result.byParty.keys()) {
          const totals = result.totals.filter(({ partyId }) => partyId === party);
          const payers = new Set(
            result.legs.filter(({ partyId }) => partyId === party).map(({ paymentId }) => paymentId),
          );
          expect(totals.reduce((count, { firstCount }) => count + firstCount, 0)).toBe(payers.size);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("refunds", () => {
  const legs = (left: Record<string, bigint>): BatchLegLeft[] =>
    Object.entries(left).map(([party, cents], ordinal) => ({
      payment_id: "a",
      ordinal,
      party_id: party,
      agreement_id: "version-0",
      rule: "All",
      step: `step-${ordinal % 2}`,
      step_kind: "share",
      left_micros: cents * CENT,
    }));
  const refund = (id: string, ordinal: number, cents: bigint) => ({
    id,
    payment_id: "a",
    merchant_id: "voltway-id",
    ordinal,
    amount_micros: cents * CENT,
    created_at: new Date("2026-11-30T11:00:00Z"),
  });

  test("take back from each party in proportion, one after the other, down to nothing", () => {
    const given = legs({ one: 60n, two: 40n });
    const result = reverseRefunds(program, [refund("r1", 1, 50n), refund("r2", 2, 50n)], given);
    expect(
      result.legs.map(({ partyId, refundOrdinal, amountMicros }) => [partyId, refundOrdinal, amountMicros]),
    ).toEqual([
      ["one", 1, -30n * CENT],
      ["two", 1, -20n * CENT],
      ["one", 2, -30n * CENT],
      ["two", 2, -20n * CENT],
    ]);
    expect(given.map(({ left_micros }) => left_micros)).toEqual([60n * CENT, 40n * CENT]);
    expect(
      result.tranches.map(({ refundCount, refundMicros, paymentCount }) => [
        refundCount,
        refundMicros,
        paymentCount,
      ]),
    ).toEqual([[2, 100n * CENT, 0]]);
    expect(() => reverseRefunds(program, [refund("r1", 1, 101n)], given)).toThrow();
  });

  test("count once for a party that two steps give to", () => {
    const twice = legs({ one: 60n, two: 40n }).map((leg) => ({ ...leg, party_id: "one" }));
    const { totals } = reverseRefunds(program, [refund("r1", 1, 10n)], twice);
    expect(
      totals.map(({ refundCount, firstRefundCount, firstRefundGrossMicros, refundMicros }) => [
        refundCount,
        firstRefundCount,
        firstRefundGrossMicros,
        refundMicros,
      ]),
    ).toEqual([
      [1, 1, 10n * CENT, -6n * CENT],
      [1, 0, 0n, -4n * CENT],
    ]);
  });
});
