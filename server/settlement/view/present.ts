/** Rows as they leave the server: TypeIDs, decimal strings, ISO times. */
import { toPublicId } from "@/server/platform/ids";
import { isCurrency, toMoneyJson } from "@/server/platform/money";
import type { PayoutListRow, RunListRow } from "../repository/read-payouts";
import type { FlowRow, LineRow, StatementRow } from "../repository/read-statements";
import type { FlowView, PayoutView, RunView, StatementLineView, StatementView } from "../schema";

export function money(micros: bigint, currency: string): { amount: string; currency: string } {
  if (!isCurrency(currency)) throw new Error(`${currency} is not a currency that is known here.`);
  return toMoneyJson(micros, currency);
}

export function presentParty(row: {
  party_id: string;
  party_slug: string;
  party_name: string;
  party_kind: string;
}) {
  return {
    id: toPublicId("organisation", row.party_id),
    slug: row.party_slug,
    name: row.party_name,
    kind: row.party_kind,
  };
}

export function presentProgram(row: { program_id: string; program_slug: string; program_name: string }) {
  return { id: toPublicId("program", row.program_id), slug: row.program_slug, name: row.program_name };
}

function time(at: Date | null): string | null {
  return at?.toISOString() ?? null;
}

export function presentPayout(row: PayoutListRow): PayoutView {
  return {
    id: toPublicId("payout", row.id),
    reference: row.reference,
    state: row.state,
    amount: money(row.amount_micros, row.currency),
    party: presentParty(row),
    program: presentProgram(row),
    runId: toPublicId("settlementRun", row.run_id),
    statementId: toPublicId("statement", row.statement_id),
    bankLabel: row.bank_label,
    payeeHolder: row.payee_holder,
    periodStart: row.period_start.toISOString(),
    periodEnd: row.period_end.toISOString(),
    dueOn: row.due_on,
    createdAt: row.created_at.toISOString(),
    approvedAt: time(row.approved_at),
    submittedAt: time(row.submitted_at),
    paidAt: time(row.paid_at),
    failedAt: time(row.failed_at),
    failureReason: row.failure_reason,
  };
}

export function presentStatement(row: StatementRow): StatementView {
  const of = (micros: bigint) => money(micros, row.currency);
  return {
    id: toPublicId("statement", row.id),
    state: row.state,
    party: presentParty(row),
    program: { ...presentProgram(row), timeZone: row.time_zone },
    runId: toPublicId("settlementRun", row.run_id),
    periodStart: row.period_start.toISOString(),
    periodEnd: row.period_end.toISOString(),
    agreementVersions: row.agreement_versions,
    opening: of(row.opening_micros),
    gross: of(row.gross_micros),
    allocated: of(row.allocated_micros),
    refunds: of(row.refunds_micros),
    guarantees: of(row.guarantees_micros),
    reserve: of(row.reserve_micros),
    adjustments: of(row.adjustments_micros),
    returned: of(row.returned_micros),
    payout: of(row.payout_micros),
    closing: of(row.closing_micros),
    paymentCount: Number(row.payment_count),
    refundCount: Number(row.refund_count),
    reportSha256: row.report_sha256,
    createdAt: row.created_at.toISOString(),
    payoutId: row.payout_id && toPublicId("payout", row.payout_id),
    payoutState: row.payout_state,
  };
}

export function presentLine(row: LineRow, currency: string): StatementLineView {
  return {
    day: row.day,
    rule: row.rule,
    step: row.step,
    stepKind: row.step_kind,
    paymentCount: Number(row.payment_count),
    gross: money(row.gross_micros, currency),
    amount: money(row.amount_micros, currency),
    refunds: money(row.refund_micros, currency),
  };
}

export function presentFlow(row: FlowRow, currency: string): FlowView {
  return {
    from: { id: toPublicId("organisation", row.from_id), slug: row.from_slug, name: row.from_name },
    to: {
      id: toPublicId("organisation", row.to_id),
      slug: row.to_slug,
      name: row.to_name,
      kind: row.to_kind,
    },
    amount: money(row.micros, currency),
    refunded: money(row.refunded_micros, currency),
  };
}

export function presentRun(row: RunListRow): RunView {
  const person = (id: string | null, name: string | null) =>
    id ? { id: toPublicId("user", id), name: name ?? "" } : null;
  return {
    id: toPublicId("settlementRun", row.id),
    program: { ...presentProgram(row), timeZone: row.time_zone, currency: row.currency },
    periodStart: row.period_start.toISOString(),
    periodEnd: row.period_end.toISOString(),
    state: row.state,
    step: row.step,
    stoppedBy: row.stopped_by,
    createdBy: person(row.created_by, row.created_by_name),
    createdAt: row.created_at.toISOString(),
    calculatedAt: time(row.calculated_at),
    approvedBy: person(row.approved_by, row.approved_by_name),
    approvedAt: time(row.approved_at),
    settledAt: time(row.settled_at),
    paymentCount: Number(row.payment_count),
    gross: money(row.gross_micros, row.currency),
    // A run counts what was given back; pages take it off.
    refunds: money(-row.refunds_micros, row.currency),
    carriedIn: money(row.opening_micros, row.currency),
    corrections: money(row.corrections_micros, row.currency),
    carriedOn: money(-row.closing_micros, row.currency),
    cancelled: money(-row.cancelled_micros, row.currency),
    payout: money(row.payout_micros, row.currency),
    revision: row.revision,
    signedBy: person(row.signed_by, row.signed_by_name),
    approvalVoided:
      row.approval_voided_at && row.approval_void_reason
        ? { at: row.approval_voided_at.toISOString(), reason: row.approval_void_reason }
        : null,
    statementCount: Number(row.statement_count),
    payoutCounts: row.payout_counts,
  };
}
