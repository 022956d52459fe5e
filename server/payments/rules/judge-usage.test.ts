import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { newId } from "@/server/platform/ids";
import type { UsageRecordInput } from "../types";
import {
  type AllowanceMonth,
  type JudgedRecord,
  judgeUsage,
  type StandingRecord,
  type UsageFacts,
  type UsageInstrument,
} from "./judge-usage";

const AT = new Date("2026-05-12T10:00:00Z");
const payerId = newId("payer");
const wallet: UsageInstrument = {
  id: newId("instrument"),
  payerId,
  kind: "wallet",
  token: "wallet",
  state: "active",
  blockedUntil: null,
  availableMicros: 1_000n,
  gatheredMicros: 200n,
  hasAllowance: true,
};
const may: AllowanceMonth = {
  instrumentId: newId("instrument"),
  payerId,
  unit: "kwh",
  state: "active",
  blockedUntil: null,
  monthStart: new Date("2026-04-30T22:00:00Z"),
  monthEnd: new Date("2026-05-31T22:00:00Z"),
  leftMicros: 5_000_000n,
};

function factsWith(over: Partial<UsageFacts> = {}): UsageFacts {
  return {
    currency: "EUR",
    instruments: new Map([[wallet.token, wallet]]),
    known: new Map(),
    allowances: [],
    ...over,
  };
}

function recordOf(over: Partial<UsageRecordInput> = {}): UsageRecordInput {
  return { key: "a", instrumentToken: "wallet", amountMicros: 10n, currency: "EUR", occurredAt: AT, ...over };
}

const said = ({ judged }: { judged: JudgedRecord[] }) =>
  judged.map((each) => (each.outcome === "refused" ? each.reason : each.outcome));

describe("a batch of usage records", () => {
  test.each([
    ["currency_not_of_program", { currency: "USD" as const, instrumentToken: "nobody" }],
    ["occurred_at_out_of_range", { occurredAt: new Date("2026-05-04T10:00:00Z"), instrumentToken: "nobody" }],
    ["instrument_unknown", { instrumentToken: "nobody" }],
    ["insufficient_funds", { amountMicros: 801n }],
    ["recorded", { amountMicros: 800n }],
  ])("gets the first reason that applies: %s", (reason, over) => {
    expect(said(judgeUsage([recordOf(over)], factsWith(), AT))).toEqual([reason]);
  });

  test("does not take from a blocked wallet, and not from a blocked allowance", () => {
    const blocked = { ...wallet, blockedUntil: new Date(AT.getTime() + 1) };
    const instruments = new Map([["wallet", blocked]]);
    expect(said(judgeUsage([recordOf()], factsWith({ instruments }), AT))).toEqual(["instrument_blocked"]);
    const allowances = [{ ...may, state: "blocked" as const }];
    const { judged, months } = judgeUsage(
      [recordOf({ quantity: "1", unit: "kwh" })],
      factsWith({ allowances }),
      AT,
    );
    expect(judged).toMatchObject([{ dueMicros: 10n, cover: null }]);
    expect(months).toEqual([]);
  });

  test("spends the funds in the order given, and a refused record spends nothing", () => {
    const batch = [500n, 400n, 300n, 1n].map((amountMicros, n) => recordOf({ key: `k${n}`, amountMicros }));
    expect(said(judgeUsage(batch, factsWith(), AT))).toEqual([
      "recorded",
      "insufficient_funds",
      "recorded",
      "insufficient_funds",
    ]);
  });

  test("takes a key of its own batch as one that stands", () => {
    const batch = [recordOf(), recordOf(), recordOf({ quantity: "1" }), recordOf({ unit: "kwh" })];
    expect(said(judgeUsage(batch, factsWith(), AT))).toEqual([
      "recorded",
      "duplicate",
      "record_key_reused",
      "record_key_reused",
    ]);
  });

  test("says of a standing key what was said, however the world has changed since", () => {
    const standing: StandingRecord = {
      instrumentId: wallet.id,
      priceMicros: 10n,
      quantityMicros: null,
      unit: null,
      occurredAt: AT,
      cover: null,
    };
    const known = new Map([["a", standing]]);
    const instruments = new Map([["wallet", { ...wallet, state: "closed" as const, availableMicros: 0n }]]);
    const later = new Date(AT.getTime() + 30 * 86_400_000);
    expect(said(judgeUsage([recordOf()], factsWith({ known, instruments }), later))).toEqual(["duplicate"]);
  });

  test("never uses more of an allowance than is left, and every price is paid by both together", () => {
    const purchase = fc.record({
      amountMicros: fc.bigInt(1n, 1_000_000n),
      quantity: fc.integer({ min: 0, max: 4_000 }).map((thousandths) => (thousandths / 1_000).toFixed(3)),
    });
    fc.assert(
      fc.property(fc.array(purchase, { maxLength: 20 }), fc.bigInt(0n, 9_000_000n), (bought, leftMicros) => {
        const batch = bought.map((each, n) => recordOf({ ...each, key: `k${n}`, unit: "kwh" }));
        const rich = { ...wallet, availableMicros: 10n ** 12n };
        const facts = factsWith({
          instruments: new Map([["wallet", rich]]),
          allowances: [{ ...may, leftMicros }],
        });
        const { judged, months } = judgeUsage(batch, facts, AT);
        let used = 0n;
        for (const each of judged) {
          if (each.outcome !== "recorded") throw new Error("a record was refused");
          used += each.cover?.quantityMicros ?? 0n;
          expect(each.dueMicros + (each.cover?.micros ?? 0n)).toBe(each.record.amountMicros);
        }
        expect(used <= leftMicros).toBe(true);
        expect(months.reduce((sum, { usedMicros }) => sum + usedMicros, 0n)).toBe(used);
      }),
    );
  });
});
