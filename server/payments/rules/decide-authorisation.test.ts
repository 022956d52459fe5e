import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DEFAULT_TERMS } from "@/server/fraud/schema";
import { newId } from "@/server/platform/ids";
import { CLOCK_TOLERANCE_MINUTES, OLDEST_TAP_DAYS } from "../constants";
import type {
  AllowanceFacts,
  AuthorisationFacts,
  AuthoriseRequest,
  Decision,
  InstrumentFacts,
  LimitFacts,
} from "../types";
import {
  decideAuthorisation,
  deviceLimitMicros,
  isInstrumentBlocked,
  isTapTimeAcceptable,
  placeOf,
} from "./decide-authorisation";

const at = new Date("2026-11-30T12:00:00Z");
const EUR = 1_000_000n;

const wallet: InstrumentFacts = {
  id: newId("instrument"),
  payerId: newId("payer"),
  kind: "wallet",
  label: "Wallet",
  token: "tok_wallet",
  state: "active",
  blockedUntil: null,
  fundingAccountId: "1",
  availableMicros: 100n * EUR,
};
const meter = {
  id: newId("device"),
  programId: newId("program"),
  merchantId: newId("organisation"),
  kind: "parking_meter",
  name: "Quay 4",
  zone: null,
  state: "active",
  latitude: 59.91,
  longitude: 10.75,
  maxAmountMicros: 20n * EUR,
  currency: "EUR",
} as const;
const facts = (over: Partial<AuthorisationFacts> = {}): AuthorisationFacts => ({
  device: meter,
  instrument: wallet,
  earlier: null,
  taps: [],
  habit: null,
  policy: { version: 1, terms: DEFAULT_TERMS },
  limits: [],
  allowances: [],
  ...over,
});
const request = (over: Partial<AuthoriseRequest> = {}): AuthoriseRequest => ({
  idempotencyKey: "key-1",
  requestHash: new Uint8Array(32),
  amountMicros: 2n * EUR,
  currency: "EUR",
  instrumentToken: "tok_wallet",
  capture: true,
  ...over,
});
const limit = (over: Partial<LimitFacts> = {}): LimitFacts => ({
  id: newId("limit"),
  subject: "instrument",
  subjectId: "1",
  period: "day",
  start: "2026-11-30",
  maxPayments: null,
  maxAmountMicros: null,
  usedPayments: 0,
  usedMicros: 0n,
  ...over,
});
const kwh = (leftMicros: bigint): AllowanceFacts => ({
  id: newId("instrument"),
  unit: "kwh",
  monthStart: "2026-11-01",
  leftMicros,
});
const outcome = (decision: Decision) => (decision.verdict === "decline" ? decision.reason : decision.verdict);
const decide = (over: Partial<AuthorisationFacts>, asked: Partial<AuthoriseRequest> = {}) =>
  decideAuthorisation(request(asked), facts(over), at);

describe("a payment", () => {
  test("in order is authorised for its whole amount", () => {
    expect(decide({})).toMatchObject({ verdict: "authorise", dueMicros: 2n * EUR, use: null });
  });

  test("is declined for the first reason that applies, in the order that is promised", () => {
    const blocked = { ...wallet, state: "blocked" as const };
    const everything = { instrument: blocked, limits: [limit({ maxPayments: 0 })] };
    expect(outcome(decide({ ...everything, instrument: null }, { currency: "USD" }))).toBe(
      "currency_not_of_program",
    );
    expect(outcome(decide({ ...everything, instrument: null }, { amountMicros: 50n * EUR }))).toBe(
      "instrument_unknown",
    );
    expect(outcome(decide(everything, { amountMicros: 50n * EUR }))).toBe("instrument_blocked");
    expect(outcome(decide({ ...everything, instrument: wallet }, { amountMicros: 50n * EUR }))).toBe(
      "amount_above_device_limit",
    );
    expect(
      outcome(
        decide({ limits: [limit({ maxPayments: 0 })], instrument: { ...wallet, availableMicros: 0n } }),
      ),
    ).toBe("instrument_count_limit");
    expect(outcome(decide({ instrument: { ...wallet, availableMicros: 0n } }))).toBe("insufficient_funds");
  });

  test("of exactly the device's limit is taken, of one cent more it is not", () => {
    expect(outcome(decide({}, { amountMicros: 20n * EUR }))).toBe("authorise");
    expect(outcome(decide({}, { amountMicros: 20n * EUR + 10_000n }))).toBe("amount_above_device_limit");
  });

  test("of all that the wallet holds is taken, of one cent more it is not", () => {
    const instrument = { ...wallet, availableMicros: 2n * EUR };
    expect(outcome(decide({ instrument }))).toBe("authorise");
    expect(outcome(decide({ instrument }, { amountMicros: 2n * EUR + 10_000n }))).toBe("insufficient_funds");
    expect(outcome(decide({ instrument: { ...wallet, availableMicros: null } }))).toBe("authorise");
  });

  test("that other taps make suspicious is reviewed or declined, with what was seen", () => {
    const taps = (count: number) =>
      Array.from({ length: count }, (_, minute) => ({
        paymentId: newId("payment"),
        occurredAt: new Date(at.getTime() - (minute + 1) * 10_000),
        place: { latitude: 48.85, longitude: 2.35 },
        deviceName: "Far away",
      }));
    const seen = decide({ taps: taps(40) });
    expect(seen.screening?.signals.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["travel", "velocity"]),
    );
    expect(outcome(seen)).toBe("suspected_fraud");
    expect(outcome(decide({ taps: taps(1) }))).not.toBe("authorise");
  });

  test("is decided alike however often it is asked, and never for more than it costs", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 3_000n }),
        fc.option(fc.bigInt({ min: 0n, max: 3_000n }), { nil: null }),
        fc.bigInt({ min: 0n, max: 50_000_000n }),
        (cents, available, left) => {
          const over = {
            instrument: { ...wallet, availableMicros: available === null ? null : available * 10_000n },
            allowances: [kwh(left)],
          };
          const asked = { amountMicros: cents * 10_000n, quantity: { kwh: "22.4" } };
          const decision = decide(over, asked);
          expect(decide(over, asked)).toEqual(decision);
          if (decision.verdict === "decline") return;
          const paidByUnits = decision.use?.valueMicros ?? 0n;
          expect(decision.dueMicros + paidByUnits).toBe(asked.amountMicros);
          expect(decision.dueMicros >= 0n && paidByUnits >= 0n).toBe(true);
          expect(decision.dueMicros % 10_000n).toBe(0n);
          if (over.instrument.availableMicros !== null) {
            expect(decision.dueMicros <= over.instrument.availableMicros).toBe(true);
          }
          expect((decision.use?.quantityMicros ?? 0n) <= left).toBe(true);
        },
      ),
    );
  });
});

describe("an allowance", () => {
  test("that suffices pays all, one that does not pays its share and money the rest", () => {
    const asked = { amountMicros: 10n * EUR, quantity: { kwh: "20" } };
    expect(decide({ allowances: [kwh(20n * EUR)] }, asked)).toMatchObject({
      dueMicros: 0n,
      use: { quantityMicros: 20n * EUR, valueMicros: 10n * EUR },
    });
    expect(decide({ allowances: [kwh(5n * EUR)] }, asked)).toMatchObject({
      dueMicros: 7_500_000n,
      use: { quantityMicros: 5n * EUR, valueMicros: 2_500_000n },
    });
    expect(decide({ allowances: [{ ...kwh(20n * EUR), unit: "minutes" }] }, asked)).toMatchObject({
      use: null,
    });
    expect(decide({ allowances: [kwh(1n)] }, asked)).toMatchObject({ use: null, dueMicros: 10n * EUR });
    expect(decide({ allowances: [kwh(20n * EUR)] }, { ...asked, quantity: { kwh: "-20" } })).toMatchObject({
      use: null,
    });
  });

  test("as the only means declines when something is left to pay", () => {
    const instrument = { ...wallet, kind: "allowance" as const, availableMicros: null };
    const asked = { amountMicros: 10n * EUR, quantity: { kwh: "20" } };
    expect(outcome(decide({ instrument, allowances: [kwh(20n * EUR)] }, asked))).toBe("authorise");
    expect(outcome(decide({ instrument, allowances: [kwh(19n * EUR)] }, asked))).toBe("allowance_used_up");
  });

  test("leaves limits and funds only the money to look at", () => {
    const instrument = { ...wallet, availableMicros: 0n };
    const limits = [limit({ maxAmountMicros: 1n })];
    const asked = { amountMicros: 10n * EUR, quantity: { kwh: "20" } };
    expect(outcome(decide({ instrument, limits, allowances: [kwh(20n * EUR)] }, asked))).toBe("authorise");
  });
});

test("a device without a limit of its own has that of its kind", () => {
  expect(deviceLimitMicros({ kind: "parking_meter", maxAmountMicros: 7n })).toBe(7n);
  expect(deviceLimitMicros({ kind: "parking_meter", maxAmountMicros: 0n })).toBe(0n);
  expect(deviceLimitMicros({ kind: "parking_meter", maxAmountMicros: null })).toBe(200n * EUR);
});

test("a tap may be a little ahead and some days old, to the millisecond", () => {
  const after = (ms: number) => isTapTimeAcceptable(new Date(at.getTime() + ms), at);
  const tolerance = CLOCK_TOLERANCE_MINUTES * 60_000;
  const oldest = OLDEST_TAP_DAYS * 86_400_000;
  expect([after(tolerance), after(tolerance + 1)]).toEqual([true, false]);
  expect([after(-oldest), after(-oldest - 1)]).toEqual([true, false]);
});

test("an instrument is blocked by its state, and until a moment", () => {
  const until = (ms: number | null) =>
    isInstrumentBlocked(
      { state: "active", blockedUntil: ms === null ? null : new Date(at.getTime() + ms) },
      at,
    );
  expect([until(null), until(-1), until(0), until(1)]).toEqual([false, false, false, true]);
  expect(isInstrumentBlocked({ state: "closed", blockedUntil: null }, at)).toBe(true);
});

test("a payment happens where it says, or where its device stands", () => {
  const here = { latitude: 1, longitude: 2 };
  expect(placeOf(request({ location: here }), facts())).toEqual(here);
  expect(placeOf(request(), facts())).toEqual({ latitude: 59.91, longitude: 10.75 });
  expect(placeOf(request(), facts({ device: { ...meter, latitude: null } }))).toBeNull();
  expect(placeOf(request(), facts({ device: { ...meter, longitude: null } }))).toBeNull();
});
