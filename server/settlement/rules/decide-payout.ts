/** Pure decisions of runs and payouts. */
import type { PayoutState, RunState } from "../constants";

export interface Balance {
  balanceMicros: bigint;
  minimumMicros: bigint;
  held: boolean;
  /** The operator's own share is revenue and is not paid out. */
  isOperator: boolean;
  unitMicros: bigint;
}

/**
 * What is paid out of a balance (micros): whole minor units of all of it, or nothing when it is not above zero, below
 * the party's minimum, held, or the operator's own. What is not paid is carried to the next statement.
 */
export function decidePayout({
  balanceMicros,
  minimumMicros,
  held,
  isOperator,
  unitMicros,
}: Balance): bigint {
  if (isOperator || held || balanceMicros <= 0n || balanceMicros < minimumMicros) return 0n;
  return balanceMicros - (balanceMicros % unitMicros);
}

export type ApprovalRefusal =
  | "run_not_calculated"
  | "revision_changed"
  | "approver_unknown"
  | "creator_unknown"
  | "approver_is_creator";

/** Four eyes: a person who did not create the run approves what was calculated, as it was seen. */
export function refuseApproval(
  run: { state: RunState; revision: number; createdBy: string | null },
  approval: { userId: string | null; revision: number },
): ApprovalRefusal | null {
  if (run.state !== "calculated") return "run_not_calculated";
  if (run.createdBy === null) return "creator_unknown";
  if (approval.userId === null) return "approver_unknown";
  if (run.createdBy === approval.userId) return "approver_is_creator";
  if (run.revision !== approval.revision) return "revision_changed";
  return null;
}

/** The states from which a payout may take each step. */
export const PAYOUT_STEPS = {
  submit: ["approved"],
  pay: ["submitted"],
  fail: ["submitted"],
  return: ["submitted", "paid"],
  cancel: ["proposed", "approved"],
} as const satisfies Record<string, readonly PayoutState[]>;

export function mayTake(step: keyof typeof PAYOUT_STEPS, state: PayoutState): boolean {
  const from: readonly PayoutState[] = PAYOUT_STEPS[step];
  return from.includes(state);
}

/** "Fjord Bank ···· 7947" */
export function maskAccount(bankName: string, number: string): string {
  return `${bankName} ···· ${number.replaceAll(/[^A-Za-z0-9]/g, "").slice(-4)}`;
}

/**
 * Whether this can be an account number: an IBAN with right check digits (ISO 13616, mod 97), or for accounts without
 * IBAN a bank's routing number and the account number, "021000021/123456789".
 */
export function isAccountNumber(text: string): boolean {
  const compact = text.replaceAll(" ", "").toUpperCase();
  if (/^\d{4,12}\/\d{4,20}$/.test(compact)) return true;
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{8,30}$/.test(compact)) return false;
  const moved = `${compact.slice(4)}${compact.slice(0, 4)}`;
  const digits = [...moved].map((char) => Number.parseInt(char, 36).toString()).join("");
  return BigInt(digits) % 97n === 1n;
}
