/** Defects of the program's own code, and the test of the ordinary suite that each must bring down. */

export interface Defect {
  name: string;
  file: string;
  good: string;
  bad: string;
  project: "unit" | "database";
  caughtBy: { file: string; test: string };
}

export const DEFECTS: readonly Defect[] = [
  {
    name: "a rounding slip: a split keeps the dust to itself",
    file: "server/settlement/allocate/split-weights.ts",
    good: "parts[at] = (parts[at] ?? 0n) + 1n;",
    bad: "parts[at] = parts[at] ?? 0n;",
    project: "unit",
    caughtBy: {
      file: "server/settlement/allocate/allocate-properties.test.ts",
      test: "adds up, never falls below the exact share rounded down, and never feeds weight zero",
    },
  },
  {
    name: "a rounding slip: a refund is rounded leg by leg",
    file: "server/settlement/allocate/refund-legs.ts",
    good: 'const parts = splitByWeights(amount, left, "largest-remainder");',
    bad: "const parts = left.map((units) => (2n * amount * units + total) / (2n * total));",
    project: "unit",
    caughtBy: {
      file: "server/settlement/allocate/refund-legs.test.ts",
      test: "never exceeds a leg, adds up to its amount, and the last one leaves every leg at zero",
    },
  },
  {
    name: "a rounding slip: a usage window charges up to the next cent and forgets the rest",
    file: "server/payments/rules/split-window.ts",
    good: "return { paymentMicros: whole, carriedOutMicros: rest };",
    bad: "return { paymentMicros: rest > 0n ? whole + microsPerMinor(currency) : whole, carriedOutMicros: 0n };",
    project: "database",
    caughtBy: {
      file: "server/payments/usage.db.test.ts",
      test: "gather into one payment of whole cents, and the rest is carried to the next",
    },
  },
  {
    name: "a missing idempotency check: the same refund asked for again is paid again",
    file: "server/payments/service/refund-payment.ts",
    good: "if (first) return { ok: true, replayed: true, refund: first, payment };",
    bad: "",
    project: "database",
    caughtBy: {
      file: "server/payments/review.db.test.ts",
      test: "the same request key refunds once, another amount under it is refused",
    },
  },
  {
    name: "a dropped lock: a payment is read for its refund without holding it",
    file: "server/payments/repository/move-payment.ts",
    good: "\n     for no key update`",
    bad: "`",
    project: "database",
    caughtBy: {
      file: "server/payments/review.db.test.ts",
      test: "many at once never give back more than was captured",
    },
  },
  {
    name: "a dropped lock: two batches use the same month of an allowance",
    file: "server/payments/repository/store-usage.ts",
    good: " for no key update of m`",
    bad: "`",
    project: "database",
    caughtBy: {
      file: "server/payments/usage-allowance.db.test.ts",
      test: "is never used beyond what was granted, by however many devices at once",
    },
  },
  {
    name: "a missing idempotency check: a usage record's key stands for whatever comes under it",
    file: "server/payments/rules/judge-usage.ts",
    good: "return isSameRecord(record, earlier, instrument, facts.currency)",
    bad: "return true",
    project: "database",
    caughtBy: {
      file: "server/payments/usage.db.test.ts",
      test: "that come again are recorded once; anything else under the key is refused",
    },
  },
  {
    name: "a forgotten debt: what a window cannot charge is written off",
    file: "server/payments/service/close-windows.ts",
    good: "owedOutMicros: each.window.totalMicros + each.window.owedInMicros,",
    bad: "owedOutMicros: 0n,",
    project: "database",
    caughtBy: {
      file: "server/payments/usage-debt.db.test.ts",
      test: "is charged with the next closing once the money is there, to the micro",
    },
  },
  {
    name: "a dropped check: a signature's own end is not looked at",
    file: "server/gateway/verify-signature.ts",
    good: "if (expires !== undefined && expires < nowSeconds) {",
    bad: "if (expires !== undefined && expires < 0) {",
    project: "unit",
    caughtBy: {
      file: "server/gateway/verify-signature.test.ts",
      test: "a signature that names its own end is taken until then and no second longer",
    },
  },
];
