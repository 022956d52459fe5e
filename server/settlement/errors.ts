/** Refusals of settlement as a client hears them: what happened, and what to do next. */
import { AppError, type ErrorCode } from "@/server/platform/errors";

const REFUSALS: Record<string, { code: ErrorCode; message: string }> = {
  above_limit: {
    code: "forbidden",
    message: "This is above what your role may sign within 24 hours. Ask an admin, or have the limit raised.",
  },
  account_not_in_use: { code: "conflict", message: "This account is not in use." },
  account_number_malformed: {
    code: "invalid_input",
    message: "This is no account number: give an IBAN, or routing and account number as 021000021/123456789.",
  },
  account_waits_already: {
    code: "conflict",
    message: "Another account in this currency waits already. Withdraw or end that one first.",
  },
  account_too_new: {
    code: "forbidden",
    message: "Your account was made after this, so you cannot be its second person.",
  },
  agreement_not_draft: { code: "conflict", message: "This version is no draft any more; draft a new one." },
  agreement_not_proposed: { code: "conflict", message: "This version does not wait for answers." },
  already_answered: { code: "conflict", message: "Your organisation has answered this version already." },
  already_confirmed: { code: "conflict", message: "These terms are confirmed already." },
  already_consented: { code: "conflict", message: "Your organisation consents to these terms already." },
  amount_too_precise: {
    code: "invalid_input",
    message: "This amount is finer than the minor unit of the program's currency.",
  },
  amount_zero: { code: "invalid_input", message: "An adjustment of zero changes nothing; give an amount." },
  answered_already: { code: "conflict", message: "This proposal has its answer already. Look again." },
  approval_differs: {
    code: "conflict",
    message:
      "What was approved is not what would be sent. Nothing was sent; look at the run and approve it again.",
  },
  approver_is_creator: {
    code: "forbidden",
    message: "Whoever created this cannot approve it. Ask somebody else of the operator.",
  },
  brought_by_operator: {
    code: "forbidden",
    message:
      "Your account was made by the operator after this version was drafted. Somebody who was there before has to answer, or the operator drafts the version again.",
  },
  approver_proposed_adjustment: {
    code: "forbidden",
    message: "You proposed an adjustment that this run pays, so somebody else has to approve it.",
  },
  holiday_exists: { code: "conflict", message: "This day is one already." },
  holiday_past: {
    code: "conflict",
    message: "This day is past; why payouts were due when they were stays as it was.",
  },
  calendar_from_past: {
    code: "conflict",
    message: "This moment has passed. A calendar changes at the end of a period that is still to come.",
  },
  calendar_not_after_last: {
    code: "conflict",
    message: "Another change is agreed for this moment or a later one; choose an end of a period after it.",
  },
  calendar_not_at_period_end: {
    code: "invalid_input",
    message: "No period ends at this moment. A calendar changes where a period ends.",
  },
  calendar_unchanged: {
    code: "invalid_input",
    message: "This is the calendar that would hold anyway; change something.",
  },
  approver_unknown: { code: "forbidden", message: "Only a person who is signed in can approve." },
  effective_date_taken: {
    code: "conflict",
    message: "Another version begins at this very moment; choose another date.",
  },
  effective_in_past: {
    code: "conflict",
    message: "Its date has passed, and payments since then are split already. Draft it with a later date.",
  },
  expired: { code: "conflict", message: "Nobody confirmed this in time; propose it again." },
  import_changed: {
    code: "conflict",
    message: "Something of this import was given back since it was proposed. Propose it again.",
  },
  import_has_refunds: {
    code: "conflict",
    message: "It gave back payments of other imports, which cannot be taken back.",
  },
  import_not_finished: { code: "conflict", message: "It is still being read." },
  import_not_settled: {
    code: "conflict",
    message: "Nothing of it is in a settlement run, so it can be undone at once.",
  },
  import_undone: { code: "conflict", message: "It was undone already." },
  invited_by_other: {
    code: "forbidden",
    message: "One of you two brought the other in, so you do not count as two people. Ask somebody else.",
  },
  not_a_member: {
    code: "forbidden",
    message: "Only a person who belongs to the organisation can speak for it.",
  },
  not_a_signer: {
    code: "forbidden",
    message: "Only an admin or somebody of finance can sign this. Ask one of them.",
  },
  not_consented: { code: "conflict", message: "Your organisation has no standing consent to withdraw." },
  not_the_proposer: { code: "forbidden", message: "Only who proposed this can withdraw it." },
  notice_over: {
    code: "conflict",
    message: "The notice has passed, and by its standing consent your organisation is bound by this version.",
  },
  of_the_operator: {
    code: "forbidden",
    message: "You belong to the operator's side as well, so you cannot speak for a party to it.",
  },
  nothing_payable: {
    code: "conflict",
    message: "None of its payouts can go: their parties are held, or have no bank account in use.",
  },
  party_is_operator: {
    code: "invalid_input",
    message: "The operator bears adjustments; name another party.",
  },
  party_must_confirm: {
    code: "forbidden",
    message: "The operator entered this, so somebody of the party has to confirm it.",
  },
  party_not_asked: { code: "forbidden", message: "Your organisation was not asked about this version." },
  party_not_in_program: { code: "invalid_input", message: "This organisation is no party of the program." },
  payout_not_approved: { code: "conflict", message: "Only approved payouts can be sent." },
  payout_not_open: { code: "conflict", message: "Only payouts that were not sent yet can be cancelled." },
  payout_not_submitted: { code: "conflict", message: "Only payouts that were sent can take this step." },
  period_before_last_run: { code: "conflict", message: "Everything up to this moment is closed already." },
  period_not_over: { code: "conflict", message: "This period is not over yet." },
  person_unknown: { code: "forbidden", message: "Only a person who is signed in can do this." },
  proposal_changed: { code: "conflict", message: "This is not what you saw. Look again, then confirm." },
  proposal_waits: {
    code: "conflict",
    message: "Somebody has proposed this already; it waits for a second person.",
  },
  reason_missing: { code: "invalid_input", message: "Say why you reject it, so that it can be mended." },
  revision_changed: {
    code: "conflict",
    message: "The run was changed since you looked. Look again, then approve.",
  },
  run_not_calculated: { code: "conflict", message: "Only a calculated run can be approved." },
  run_stopped: { code: "conflict", message: "The run stopped; the exceptions say why." },
  run_unfinished: { code: "conflict", message: "The run before is not finished yet." },
  same_person: {
    code: "forbidden",
    message: "You proposed this yourself. Somebody else has to confirm it.",
  },
  terms_changed: {
    code: "conflict",
    message: "The terms have changed since you read them. Read them again.",
  },
  terms_invalid: { code: "invalid_input", message: "These terms cannot be used; each reason is listed." },
  terms_not_newest: { code: "conflict", message: "Newer terms were drafted since; confirm those." },
  too_many_periods: { code: "invalid_input", message: "These are too many periods to be closed at once." },
};

/** The value of a successful result; a refusal is thrown as the error that its reason stands for. */
export function orRefuse<R extends { ok: boolean }>(result: R): Extract<R, { ok: true }> {
  if (result.ok) return result as Extract<R, { ok: true }>;
  const refusal = result as unknown as { reason: string; message?: string; issues?: unknown };
  const known = REFUSALS[refusal.reason];
  throw new AppError(
    known?.code ?? "conflict",
    refusal.reason,
    refusal.message ?? known?.message ?? `This is refused: ${refusal.reason.replaceAll("_", " ")}.`,
    refusal.issues ? { issues: refusal.issues } : undefined,
  );
}
