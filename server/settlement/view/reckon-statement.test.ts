import { describe, expect, test } from "vitest";
import type { StatementRow, StepSumRow } from "../repository/read-statements";
import type { ReckoningRow } from "../schema";
import { reckonStatement, type StatementParts } from "./reckon-statement";

const CENT = 10_000n;
const step = (name: string, party: string, cents: bigint, kind = "share"): StepSumRow => ({
  party_id: party,
  party_slug: party,
  party_name: party.toUpperCase(),
  party_kind: "agency",
  step: name,
  step_kind: kind,
  amount_micros: cents * CENT,
  refund_micros: 0n,
  payment_count: 2n,
});

function parts(
  statement: Partial<Record<keyof StatementRow, bigint>>,
  over: Partial<StatementParts> = {},
): StatementParts {
  const zero = {
    opening_micros: 0n,
    allocated_micros: 0n,
    refunds_micros: 0n,
    reserve_micros: 0n,
    payout_micros: 0n,
    closing_micros: 0n,
    refund_count: 0n,
  };
  const cents = Object.fromEntries(
    Object.entries(statement).map(([name, value]) => [name, name.endsWith("_micros") ? value * CENT : value]),
  );
  return {
    statement: { party_id: "own", currency: "EUR", ...zero, ...cents } as unknown as StatementRow,
    ownSteps: [],
    ownTakings: { gross: 0n, own: 0n, payments: 0n },
    partySteps: [],
    extras: [],
    ...over,
  };
}
const words = (rows: readonly ReckoningRow[]) =>
  rows.map(({ kind, label, amount, detail }) =>
    [kind, label, amount.amount, detail].filter(Boolean).join(" | "),
  );

describe("a statement", () => {
  test("of a merchant leads from takings through what others got to what is paid", () => {
    const rows = reckonStatement(
      parts(
        {
          opening_micros: 100n,
          allocated_micros: 850n,
          refunds_micros: -50n,
          refund_count: 1n,
          payout_micros: 900n,
        },
        {
          ownTakings: { gross: 1_000n * CENT, own: 850n * CENT, payments: 2n },
          ownSteps: [
            step("vat", "tax", 100n, "tax"),
            step("fee", "metro", 50n, "fixed"),
            step("rest", "own", 850n),
          ],
        },
      ),
    );
    expect(words(rows)).toEqual([
      "plus | Carried from the statement before | 1.00",
      "plus | Takings | 10.00 | 2 payments",
      "minus | Tax (vat) to TAX | -1.00 | 2 payments",
      "minus | Fixed fee (fee) to METRO | -0.50 | 2 payments",
      "minus | Refunds, own part | -0.50 | 1 refund",
      "total | Payout | 9.00",
    ]);
    expect(rows.map(({ key }) => key)).toEqual([
      "opening",
      "gross",
      "step:vat:tax",
      "step:fee:metro",
      "refunds",
      "payout",
    ]);
  });

  test("of a merchant that also gets shares of others says how much", () => {
    const rows = reckonStatement(
      parts(
        { allocated_micros: 300n, payout_micros: 300n },
        { ownTakings: { gross: 200n * CENT, own: 200n * CENT, payments: 1n } },
      ),
    );
    expect(words(rows)).toEqual([
      "plus | Takings | 2.00 | 1 payment",
      "plus | Shares of other merchants' payments | 1.00",
      "total | Payout | 3.00",
    ]);
  });

  test("of an agency shows what each step brought, and leaves out steps without money", () => {
    const rows = reckonStatement(
      parts(
        { allocated_micros: 300n, payout_micros: 300n },
        {
          partySteps: [
            step("pool", "own", 300n, "tiers"),
            step("none", "own", 0n),
            step("x", "own", 0n, "percent"),
          ],
        },
      ),
    );
    expect(words(rows)).toEqual(["plus | Tiered share (pool) | 3.00 | 2 payments", "total | Payout | 3.00"]);
  });

  test("that carries something on shows the balance and what is carried, so that rows add up to the payout", () => {
    const rows = reckonStatement(
      parts(
        { allocated_micros: 300n, reserve_micros: -20n, closing_micros: 230n, payout_micros: 0n },
        {
          partySteps: [step("fee", "own", 300n, "percent")],
          extras: [
            { kind: "adjustment", id: "1", text: "Agreed by phone", micros: -60n * CENT },
            { kind: "guarantee", id: "2", text: "", micros: 0n },
            { kind: "returned", id: "3", text: "po_1", micros: 10n * CENT },
          ] as StatementParts["extras"],
        },
      ),
    );
    expect(words(rows)).toEqual([
      "plus | Fee (fee) | 3.00 | 2 payments",
      "minus | Adjustment | -0.60 | Agreed by phone",
      "plus | Guarantee | 0.00",
      "plus | Payout that came back | 0.10 | po_1",
      "minus | Reserve | -0.20",
      "subtotal | Balance | 2.30",
      "minus | Carried to the next statement | -2.30",
      "total | Payout | 0.00",
    ]);
    const cents = (all: readonly ReckoningRow[]) =>
      all
        .filter(({ kind }) => kind === "plus" || kind === "minus")
        .reduce((sum, { amount }) => sum + Math.round(Number(amount.amount) * 100), 0);
    expect(cents(rows)).toBe(0);
    expect(cents(rows.slice(0, 5))).toBe(230);
  });
});
