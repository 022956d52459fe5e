/** Pure decisions of runs and payouts. */
import { isValidIBAN } from "ibantools";
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
  | "approver_is_creator"
  | "approver_proposed_adjustment"
  | "invited_by_other"
  | "account_too_new"
  | "nothing_payable";

/**
 * Whether there is something to approve, as it was seen. A run that is approved or paying is approved again when
 * payouts of it wait: a hold was released, or an account came into use.
 */
export function refuseApproval(
  run: { state: RunState; revision: number; proposed: number },
  approval: { userId: string | null; revision: number },
): ApprovalRefusal | null {
  const again = (run.state === "approved" || run.state === "paying") && run.proposed > 0;
  if (run.state !== "calculated" && !again) return "run_not_calculated";
  if (approval.userId === null) return "approver_unknown";
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
 * Whether this can be an account number: an IBAN of its country's length and form with right check digits (ISO 13616),
 * or for accounts without IBAN a bank's routing number and the account number, "021000021/123456789".
 */
export function isAccountNumber(text: string): boolean {
  const compact = compactAccount(text);
  return /^\d{4,12}\/\d{4,20}$/.test(compact) || isValidIBAN(compact);
}

/** Without the blanks in which account numbers are printed. */
export function compactAccount(text: string): string {
  return text.replaceAll(/\s/g, "").toUpperCase();
}
