/**
 * What the authorisation test knows by hand: an input for every procedure, and what guards every REST route. A
 * procedure or a route that is missing here fails the test; so does an entry whose procedure is gone.
 */
import type { IdKind } from "@/server/platform/ids";

/** Things of a tenant that the person who asks must not reach. */
export interface Foreign {
  /** Public id of the foreign tenant's thing of this kind. */
  id: (kind: IdKind) => string;
  /** The same as a UUID, for the few inputs that take one. */
  uuid: (kind: IdKind) => string;
  organisationSlug: string;
  programSlug: string;
}

export type Sample = (foreign: Foreign) => unknown;

const nothing: Sample = () => undefined;
const page = { limit: 20 };

const team: Record<string, Sample> = {
  "team.list": nothing,
  "team.invite": () => ({ email: "somebody.new@example.org", role: "admin" }),
  "team.releaseInvitation": (of) => ({ invitationId: of.id("invitation") }),
  "team.askReset": (of) => ({ membershipId: of.id("membership") }),
  "team.releaseReset": (of) => ({ resetId: of.id("passwordReset") }),
  "team.withdrawReset": (of) => ({ resetId: of.id("passwordReset") }),
  "team.confirmRole": (of) => ({ grantId: of.id("roleGrant") }),
  "team.withdrawRole": (of) => ({ grantId: of.id("roleGrant") }),
  "team.revokeInvitation": (of) => ({ invitationId: of.id("invitation") }),
  "team.changeRole": (of) => ({ membershipId: of.id("membership"), role: "admin" }),
  "team.revoke": (of) => ({ membershipId: of.id("membership") }),
};

const shared: Record<string, Sample> = {
  ...team,
  "audit.list": (of) => ({
    ...page,
    organisationId: of.id("organisation"),
    actorId: of.id("user"),
    subjectId: of.uuid("auditEntry"),
  }),
  "programs.list": nothing,
  "programs.get": (of) => ({ slug: of.programSlug }),
  "reporting.overview": (of) => ({ program: of.programSlug }),
  "reporting.attention": nothing,
  "reporting.live": (of) => ({ program: of.programSlug }),
  "reporting.search": (of) => ({ text: of.id("payment") }),
  "settlement.paymentSplit": (of) => ({ paymentId: of.id("payment") }),
  "statements.list": (of) => ({ ...page, programId: of.id("program"), runId: of.id("settlementRun") }),
  "statements.get": (of) => ({ statementId: of.id("statement") }),
  "statements.explain": (of) => ({ statementId: of.id("statement"), key: "refunds" }),
  "statements.payments": (of) => ({ ...page, statementId: of.id("statement") }),
};

/** Payouts of a merchant or of everybody; an agency's are called remittances. */
const payouts = (name: string): Record<string, Sample> => ({
  [`${name}.list`]: (of) => ({ ...page, programId: of.id("program"), runId: of.id("settlementRun") }),
  [`${name}.counts`]: (of) => ({ programId: of.id("program") }),
  [`${name}.totals`]: (of) => ({ programId: of.id("program") }),
  [`${name}.get`]: (of) => ({ payoutId: of.id("payout") }),
  [`${name}.payments`]: (of) => ({ ...page, payoutId: of.id("payout") }),
});

const payments: Record<string, Sample> = {
  "payments.list": (of) => ({ ...page, merchantId: of.id("organisation"), programId: of.id("program") }),
  "payments.counts": (of) => ({ merchantId: of.id("organisation") }),
  "payments.totals": (of) => ({ merchantId: of.id("organisation") }),
  "payments.detail": (of) => ({ paymentId: of.id("payment") }),
  "payments.usageRecords": (of) => ({ ...page, paymentId: of.id("payment") }),
  "payments.refund": (of) => ({ paymentId: of.id("payment"), reason: "A reason", requestKey: "key" }),
};

const cases: Record<string, Sample> = {
  "cases.list": (of) => ({ ...page, programId: of.id("program") }),
  "cases.figures": (of) => ({ programId: of.id("program") }),
  "cases.claimNext": (of) => ({ programId: of.id("program") }),
  "cases.claim": (of) => ({ caseId: of.id("case") }),
  "cases.release": (of) => ({ caseId: of.id("case") }),
  "cases.escalate": (of) => ({ caseId: of.id("case") }),
  "cases.addNote": (of) => ({ caseId: of.id("case"), text: "A note" }),
  "cases.detail": (of) => ({ caseId: of.id("case") }),
  "cases.approve": (of) => ({ caseId: of.id("case"), reason: "genuine" }),
  "cases.decline": (of) => ({ caseId: of.id("case"), reason: "fraud" }),
  "cases.overturn": (of) => ({
    caseId: of.id("case"),
    verdict: "declined",
    reason: "fraud",
    note: "A second look",
  }),
  "cases.blockInstrument": (of) => ({ instrumentId: of.id("instrument"), blocked: true, reason: "A reason" }),
};

const agreements: Record<string, Sample> = {
  "agreements.list": (of) => ({ ...page, programId: of.id("program") }),
  "agreements.get": (of) => ({ agreementId: of.id("agreement") }),
};

/** What a party can do with agreements that name it. */
const partyAgreements: Record<string, Sample> = {
  ...agreements,
  "agreements.simulate": (of) => ({ agreementId: of.id("agreement") }),
  "agreements.answer": (of) => ({ agreementId: of.id("agreement"), answer: "approved" }),
};

const newAccount = { currency: "EUR", holder: "Somebody", iban: "NO9386011117947", bankName: "Fjord Bank" };
const bankAccounts: Record<string, Sample> = {
  "bankAccounts.list": nothing,
  "bankAccounts.enter": () => newAccount,
  "bankAccounts.disable": (of) => ({ bankAccountId: of.id("bankAccount"), reason: "A reason" }),
  "bankAccounts.confirm": (of) => ({ confirmationId: of.id("confirmation"), sha256: "0".repeat(64) }),
  "bankAccounts.reject": (of) => ({ confirmationId: of.id("confirmation"), reason: "A reason" }),
  "bankAccounts.withdraw": (of) => ({ confirmationId: of.id("confirmation") }),
};

const merchant: Record<string, Sample> = {
  ...bankAccounts,
  ...shared,
  ...partyAgreements,
  "terms.list": nothing,
  "terms.consent": (of) => ({ programId: of.id("program"), termsId: of.id("programTerms") }),
  "terms.withdraw": (of) => ({ programId: of.id("program") }),
  ...payments,
  ...payouts("payouts"),
  "devices.list": (of) => ({ ...page, programId: of.id("program") }),
  "devices.counts": (of) => ({ programId: of.id("program") }),
  "devices.detail": (of) => ({ deviceId: of.id("device") }),
};

const agency: Record<string, Sample> = {
  ...bankAccounts,
  ...shared,
  ...payouts("remittances"),
  "payments.detail": (of) => ({ paymentId: of.id("payment") }),
  ...partyAgreements,
};

const operator: Record<string, Sample> = {
  ...shared,
  ...payments,
  ...cases,
  "rules.get": (of) => ({ programId: of.id("program") }),
  "rules.set": (of) => ({ programId: of.id("program"), terms: {} }),
  "limits.list": (of) => ({ programId: of.id("program") }),
  "limits.of": (of) => ({ deviceId: of.id("device") }),
  "limits.findSubjects": (of) => ({ programId: of.id("program"), kind: "payer", text: "name" }),
  "limits.set": (of) => ({
    programId: of.id("program"),
    subject: { kind: "device", id: of.id("device") },
    period: "day",
    maxPayments: 10,
    maxAmount: "100.00",
  }),
  "limits.remove": (of) => ({ limitId: of.id("limit") }),
  "allowances.list": (of) => ({ ...page, programId: of.id("program"), payerId: of.id("payer") }),
  "allowances.grant": (of) => ({
    programId: of.id("program"),
    payerId: of.id("payer"),
    unit: "kwh",
    monthly: "60",
  }),
  "allowances.setBlocked": (of) => ({
    allowanceId: of.id("instrument"),
    blocked: true,
    reason: "A reason",
  }),
  "imports.list": () => page,
  "imports.detail": (of) => ({ importId: of.id("import") }),
  "imports.rows": (of) => ({ ...page, importId: of.id("import") }),
  "imports.preview": (of) => ({
    programId: of.id("program"),
    merchantId: of.id("organisation"),
    fileName: "rows.csv",
    sample: "aWQsYW1vdW50CjEsMi41MAo=",
    mapping: null,
    currency: null,
  }),
  "imports.undo": (of) => ({ importId: of.id("import"), reason: "A reason" }),
  "imports.mappings": nothing,
  "imports.saveMapping": () => ({ name: "A source", terms: { kind: "ocpi", zones: { quay: "harbor" } } }),
  "imports.removeMapping": (of) => ({ mappingId: of.id("importMapping") }),
  "health.read": nothing,
  "health.failures": nothing,
  "ledger.totals": nothing,
  "ledger.accounts": (of) => ({ ...page, programId: of.id("program") }),
  "ledger.account": (of) => ({ accountId: of.id("account") }),
  "ledger.accountTransfers": (of) => ({ ...page, accountId: of.id("account") }),
  "ledger.transfers": () => page,
  "ledger.journal": (of) => ({ journalId: of.id("journal") }),
  "ledger.find": (of) => ({ text: of.id("transfer") }),
  "ledger.balanceAt": (of) => ({ accountId: of.id("account"), at: "2026-06-01T00:00:00Z" }),
  "ledger.trialBalance": () => ({ currency: "EUR" }),
  "ledger.proof": nothing,
  "ledger.startProof": nothing,
  "proof.whole": nothing,
  "proof.start": nothing,
  "reporting.journalCause": (of) => ({ journalId: of.id("journal") }),
  "ledger.transfer": (of) => ({ transferId: of.id("transfer") }),
  "cases.ofPayment": (of) => ({ paymentId: of.id("payment") }),
  "settlement.splitPreview": (of) => ({ paymentId: of.id("payment") }),
  ...payouts("payouts"),
  "payouts.submit": (of) => ({ payoutIds: [of.id("payout")] }),
  "payouts.markPaid": (of) => ({ payoutIds: [of.id("payout")] }),
  "payouts.markFailed": (of) => ({ payoutId: of.id("payout"), reason: "A reason" }),
  "payouts.markReturned": (of) => ({ payoutId: of.id("payout"), reason: "A reason" }),
  "payouts.cancel": (of) => ({ payoutId: of.id("payout"), reason: "A reason" }),
  "payouts.setRule": (of) => ({
    programId: of.id("program"),
    partyId: of.id("organisation"),
    minimum: "10.00",
    held: false,
  }),
  ...bankAccounts,
  "bankAccounts.list": (of) => ({ organisationId: of.id("organisation") }),
  "bankAccounts.enter": (of) => ({ ...newAccount, organisationId: of.id("organisation") }),
  ...agreements,
  "agreements.draft": (of) => ({ programId: of.id("program"), terms: {} }),
  "agreements.tryOut": (of) => ({ programId: of.id("program"), terms: {}, amount: "14.11" }),
  "agreements.propose": (of) => ({ agreementId: of.id("agreement") }),
  "agreements.approve": (of) => ({ agreementId: of.id("agreement") }),
  "agreements.withdraw": (of) => ({ agreementId: of.id("agreement"), reason: "A reason" }),
  "calendar.get": (of) => ({ programId: of.id("program") }),
  "calendar.propose": (of) => ({
    programId: of.id("program"),
    from: "2026-06-01T20:00:00.000Z",
    calendar: { every: "week", day: 1, cutOff: "22:00", payoutDelayBusinessDays: 1 },
  }),
  "calendar.holidays": (of) => ({ programId: of.id("program") }),
  "calendar.addHoliday": (of) => ({ programId: of.id("program"), day: "2036-12-25", name: "Christmas" }),
  "calendar.removeHoliday": (of) => ({ holidayId: of.id("programHoliday") }),
  "terms.get": (of) => ({ programId: of.id("program") }),
  "terms.draft": (of) => ({
    programId: of.id("program"),
    body: "Versions of the agreement are told to you; silence is agreement.",
    noticeDays: 30,
  }),
  "terms.confirm": (of) => ({ termsId: of.id("programTerms") }),
  "runs.list": (of) => ({ ...page, programId: of.id("program") }),
  "runs.get": (of) => ({ runId: of.id("settlementRun") }),
  "runs.next": (of) => ({ programId: of.id("program") }),
  "runs.close": (of) => ({ programId: of.id("program") }),
  "runs.approve": (of) => ({ runId: of.id("settlementRun"), revision: 0, sha256: "0".repeat(64) }),
  "runs.submit": (of) => ({ runId: of.id("settlementRun") }),
  "runs.markPaid": (of) => ({ runId: of.id("settlementRun") }),
  "settlement.exceptions": (of) => ({ ...page, programId: of.id("program") }),
  "settlement.takeException": (of) => ({ exceptionId: of.id("exception"), mine: true }),
  "settlement.adjust": (of) => ({
    programId: of.id("program"),
    partyId: of.id("organisation"),
    amount: "1.00",
    reason: "A reason",
  }),
  "confirmations.list": nothing,
  "confirmations.settings": nothing,
  "confirmations.proposeSetting": () => ({ name: "bank_account.cooling_hours", value: "48" }),
  "confirmations.importShares": (of) => ({ importId: of.id("import") }),
  "confirmations.proposeUndo": (of) => ({ importId: of.id("import"), reason: "A reason" }),
  "confirmations.confirm": (of) => ({ confirmationId: of.id("confirmation"), sha256: "0".repeat(64) }),
  "confirmations.reject": (of) => ({ confirmationId: of.id("confirmation"), reason: "A reason" }),
  "confirmations.withdraw": (of) => ({ confirmationId: of.id("confirmation") }),
  "settlement.flow": (of) => ({ programId: of.id("program"), fromDay: "2026-06-01", toDay: "2026-06-02" }),
  "devices.list": (of) => ({ ...page, merchantId: of.id("organisation") }),
  "devices.counts": (of) => ({ merchantId: of.id("organisation") }),
  "devices.detail": (of) => ({ deviceId: of.id("device") }),
  "devices.register": (of) => ({
    programId: of.id("program"),
    merchantId: of.id("organisation"),
    kind: "ev_charger",
    name: "A charger",
  }),
  "devices.setExternalId": (of) => ({ deviceId: of.id("device"), externalId: "TVM-1" }),
  "devices.changeState": (of) => ({ deviceId: of.id("device"), action: "suspend", reason: "A reason" }),
  "devices.addCredential": (of) => ({ deviceId: of.id("device"), publicKey: "a key" }),
  "devices.revokeCredential": (of) => ({ credentialId: of.id("credential") }),
  "organisations.list": () => page,
  "organisations.get": (of) => ({ organisationId: of.id("organisation") }),
  "organisations.members": (of) => ({ organisationId: of.id("organisation") }),
  "organisations.inviteAdmin": (of) => ({
    organisationId: of.id("organisation"),
    email: "another.new@example.org",
  }),
  "organisations.waiting": (of) => ({ organisationId: of.id("organisation") }),
  "organisations.releaseInvitation": (of) => ({ invitationId: of.id("invitation") }),
  "organisations.revokeInvitation": (of) => ({ invitationId: of.id("invitation") }),
  "organisations.askReset": (of) => ({ membershipId: of.id("membership") }),
  "organisations.releaseReset": (of) => ({ resetId: of.id("passwordReset") }),
  "organisations.withdrawReset": (of) => ({ resetId: of.id("passwordReset") }),
  "organisations.confirmRole": (of) => ({ grantId: of.id("roleGrant") }),
  "organisations.create": () => ({ kind: "merchant", name: "Another", slug: "another" }),
  "organisations.suspend": (of) => ({ organisationId: of.id("organisation") }),
  "organisations.resume": (of) => ({ organisationId: of.id("organisation") }),
  "programs.create": () => ({
    name: "Another",
    slug: "another",
    currency: "EUR",
    timeZone: "Europe/Oslo",
    calendar: { every: "day", cutOff: "22:00", payoutDelayBusinessDays: 1 },
  }),
  "programs.addParty": (of) => ({ programId: of.id("program"), organisationId: of.id("organisation") }),
};

const account: Record<string, Sample> = {
  "account.me": nothing,
  "account.memberships": nothing,
  "account.sessions": nothing,
  "account.revokeSession": (of) => ({ sessionId: of.id("session") }),
  "account.revokeOtherSessions": nothing,
  "account.setPreferences": () => ({ singleKeyShortcuts: false }),
  "account.changePassword": () => ({ current: "not the password", next: "another long password" }),
};

/** An input for every procedure, by root. Those that take ids are tried with ids of another tenant. */
export const SAMPLES = { m: merchant, a: agency, ops: operator, account } as const;

/**
 * Procedures with which a tenant may name another: they answer nothing about it. Each needs a reason.
 */
export const MAY_SUCCEED_WITH_FOREIGN_IDS: Record<string, string> = {};

export type RouteGuard =
  | { access: "public"; because: string }
  /**
   * Refuses with 401 whoever is not signed in, before it looks at anything else, and with 403 or 404 whoever asks for
   * what the address names of a foreign tenant.
   */
  | { access: "signed_in"; params: (foreign: Foreign) => Record<string, string> };

/** Every `route.ts` below `app/`, by its folder. */
export const ROUTES: Record<string, RouteGuard> = {
  "api/auth/[...nextauth]": { access: "public", because: "signing in is how one becomes somebody" },
  "api/exports/[portal]/[organisation]/payments": {
    access: "signed_in",
    params: (of) => ({ portal: "m", organisation: of.organisationSlug }),
  },
  "api/exports/[portal]/[organisation]/payments/[paymentId]/usage": {
    access: "signed_in",
    params: (of) => ({ portal: "m", organisation: of.organisationSlug, paymentId: of.id("payment") }),
  },
  "api/reports/[statementId]": {
    access: "signed_in",
    params: (of) => ({ statementId: `${of.id("statement")}.csv` }),
  },
  "api/imports/[organisation]": {
    access: "signed_in",
    params: (of) => ({ organisation: of.organisationSlug }),
  },
  "api/imports/[organisation]/[importId]/refused": {
    access: "signed_in",
    params: (of) => ({ organisation: of.organisationSlug, importId: of.id("import") }),
  },
  "api/health": { access: "public", because: "load balancers have no account; it names no tenant" },
  "api/trpc/[portal]/[organisation]/[procedure]": {
    access: "public",
    because: "each procedure is guarded by itself, which the rest of this test proves",
  },
};
