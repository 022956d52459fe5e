import { describe, expect, test } from "vitest";
import { decidePayout, isAccountNumber, maskAccount, refuseApproval } from "./decide-payout";

const balance = { minimumMicros: 0n, held: false, isOperator: false, unitMicros: 10_000n };

describe("payouts", () => {
  test("all of a balance in whole minor units is paid, nothing below the minimum, held, negative or the operator's", () => {
    expect(decidePayout({ ...balance, balanceMicros: 12_345_678n })).toBe(12_340_000n);
    expect(decidePayout({ ...balance, balanceMicros: -1n })).toBe(0n);
    expect(decidePayout({ ...balance, balanceMicros: 9_990_000n, minimumMicros: 10_000_000n })).toBe(0n);
    expect(decidePayout({ ...balance, balanceMicros: 10_000_000n, minimumMicros: 10_000_000n })).toBe(
      10_000_000n,
    );
    expect(decidePayout({ ...balance, balanceMicros: 10_000_000n, held: true })).toBe(0n);
    expect(decidePayout({ ...balance, balanceMicros: 10_000_000n, isOperator: true })).toBe(0n);
  });

  test("what changed since somebody looked cannot be approved, nor what has nothing to approve", () => {
    const run = { state: "calculated", revision: 2, proposed: 3 } as const;
    expect(refuseApproval(run, { userId: "b", revision: 2 })).toBeNull();
    expect(refuseApproval(run, { userId: "b", revision: 1 })).toBe("revision_changed");
    expect(refuseApproval(run, { userId: null, revision: 2 })).toBe("approver_unknown");
    expect(refuseApproval({ ...run, state: "closing" }, { userId: "b", revision: 2 })).toBe(
      "run_not_calculated",
    );
    expect(refuseApproval({ ...run, state: "paying" }, { userId: "b", revision: 2 })).toBeNull();
    expect(refuseApproval({ ...run, state: "paying", proposed: 0 }, { userId: "b", revision: 2 })).toBe(
      "run_not_calculated",
    );
  });

  test("account numbers are checked and shown by their last four only", () => {
    expect(isAccountNumber("NO93 8601 1117 947")).toBe(true);
    expect(isAccountNumber("NO93 8601 1117 948")).toBe(false);
    expect(isAccountNumber("021000021/123456789")).toBe(true);
    expect(isAccountNumber("hello")).toBe(false);
    // Right check digits do not help a number of the wrong length for its country.
    expect(isAccountNumber("NO10 8601 1117 9470")).toBe(false);
    expect(isAccountNumber("DE89 3704 0044 0532 0130 00")).toBe(true);
    expect(isAccountNumber("DE89 3704 0044 0532 0130 0")).toBe(false);
    expect(maskAccount("Fjord Bank", "NO93 8601 1117 947")).toBe("Fjord Bank ···· 7947");
  });
});
