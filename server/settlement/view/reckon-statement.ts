/** How a statement adds up, row by row, so that each figure can be followed to what is behind it. */
import type { ExtraRow, StatementRow, StepSumRow } from "../repository/read-statements";
import type { ReckoningRow } from "../schema";
import { money } from "./present";

export interface StatementParts {
  statement: StatementRow;
  /** Legs of the party's own payments as a merchant, of every party; empty for others. */
  ownSteps: readonly StepSumRow[];
  ownTakings: { gross: bigint; own: bigint; payments: bigint };
  /** Legs of the party in everybody's payments. */
  partySteps: readonly StepSumRow[];
  extras: readonly ExtraRow[];
}

/**
 * Rows from what came in to what is paid out. For a merchant: its takings, what the others got of them step by step,
 * its share. For everybody else: what each step brought. Then refunds, corrections and what was carried. The plain rows
 * before a subtotal or total add up to it.
 */
export function reckonStatement(parts: StatementParts): ReckoningRow[] {
  const { statement } = parts;
  const rows: ReckoningRow[] = [];
  const add = (key: string, label: string, micros: bigint, detail: string | null = null) => {
    const kind = micros < 0n ? "minus" : "plus";
    rows.push({ key, label, detail, amount: money(micros, statement.currency), kind });
  };
  const conclude = (key: string, label: string, micros: bigint, kind: "subtotal" | "total") =>
    rows.push({ key, label, detail: null, amount: money(micros, statement.currency), kind });

  if (statement.opening_micros !== 0n) {
    add("opening", "Carried from the statement before", statement.opening_micros);
  }
  const { gross, own, payments } = parts.ownTakings;
  if (gross > 0n) {
    add("gross", "Takings", gross, countOf(payments, "payment"));
    for (const step of parts.ownSteps) {
      if (step.party_id === statement.party_id || step.amount_micros === 0n) continue;
      add(
        `step:${step.step}:${step.party_slug}`,
        `${stepLabel(step)} to ${step.party_name}`,
        -step.amount_micros,
        countOf(step.payment_count, "payment"),
      );
    }
    const fromOthers = statement.allocated_micros - own;
    if (fromOthers !== 0n) add("others", "Shares of other merchants' payments", fromOthers);
  } else {
    for (const step of parts.partySteps) {
      if (step.amount_micros === 0n) continue;
      add(`step:${step.step}`, stepLabel(step), step.amount_micros, countOf(step.payment_count, "payment"));
    }
  }
  if (statement.refunds_micros !== 0n) {
    add("refunds", "Refunds, own part", statement.refunds_micros, countOf(statement.refund_count, "refund"));
  }
  for (const extra of parts.extras) {
    const label = { adjustment: "Adjustment", guarantee: "Guarantee", returned: "Payout that came back" };
    add(`${extra.kind}:${extra.id}`, label[extra.kind], extra.micros, extra.text);
  }
  if (statement.reserve_micros !== 0n) add("reserve", "Reserve", statement.reserve_micros);
  if (statement.closing_micros !== 0n) {
    const balance = statement.payout_micros + statement.closing_micros;
    conclude("balance", "Balance", balance, "subtotal");
    add("closing", "Carried to the next statement", -statement.closing_micros);
  }
  conclude("payout", "Payout", statement.payout_micros, "total");
  return rows;
}

function countOf(count: bigint, word: string): string {
  return `${count} ${word}${count === 1n ? "" : "s"}`;
}

/** "vat" of kind tax → "Tax (vat)" */
function stepLabel({ step, step_kind }: Pick<StepSumRow, "step" | "step_kind">): string {
  const kind: Record<string, string> = {
    tax: "Tax",
    percent: "Fee",
    fixed: "Fixed fee",
    share: "Share",
    tiers: "Tiered share",
  };
  return `${kind[step_kind] ?? step_kind} (${step})`;
}
