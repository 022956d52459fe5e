/** Shapes of settlement that cross the border of the server. Ids are TypeIDs, amounts decimal strings. */
import { z } from "zod";
import { calendarSchema } from "@/server/identity/schema";
import { publicId } from "@/server/platform/ids";
import { CURRENCIES, parseMicros } from "@/server/platform/money";
import { plainText } from "@/server/platform/text";
import { stepSchema } from "./agreement/shape";
import {
  AGREEMENT_OUTCOMES,
  AGREEMENT_STATES,
  AUTHORITY_SETTINGS,
  BANK_ACCOUNT_STATES,
  NOTICE_DAYS,
  PAYOUT_STATES,
  PROGRAM_TERMS_LENGTH,
  RUN_STATES,
  STATEMENT_STATES,
} from "./constants";

export const moneySchema = z.object({ amount: z.string(), currency: z.string() });
export const partySchema = z.object({ id: z.string(), slug: z.string(), name: z.string(), kind: z.string() });
const time = z.string();

export const pageInput = z.object({
  cursor: z.string().max(200).nullish(),
  limit: z.number().int().min(1).max(200).default(50),
});

/** Items of a statement, narrowed to one of its lines. */
export const itemsInput = pageInput.extend({
  day: z
    .string()
    .regex(/^\d{4}-\d\d-\d\d$/)
    .optional(),
  rule: z.string().max(120).optional(),
  step: z.string().max(64).optional(),
  /** Short name of a party: what it got of the payments of the merchant whose statement it is. */
  party: z.string().max(80).optional(),
  only: z.enum(["payments", "refunds"]).optional(),
});

export const listPayoutsInput = pageInput.extend({
  programId: publicId("program").nullish(),
  state: z.enum(PAYOUT_STATES).nullish(),
  runId: publicId("settlementRun").nullish(),
});
export const listStatementsInput = pageInput.extend({
  programId: publicId("program").nullish(),
  runId: publicId("settlementRun").nullish(),
});
export const listRunsInput = pageInput.extend({
  programId: publicId("program").nullish(),
  state: z.enum(RUN_STATES).nullish(),
});
export const listAgreementsInput = pageInput.extend({ programId: publicId("program").nullish() });

export const answerAgreementInput = z.object({
  agreementId: publicId("agreement"),
  answer: z.enum(["approved", "rejected"]),
  reason: z.string().trim().max(2000).optional(),
});

export const withdrawAgreementInput = z.object({
  agreementId: publicId("agreement"),
  reason: z.string().trim().min(3).max(2000),
});

export const draftProgramTermsInput = z.object({
  programId: publicId("program"),
  body: z.string().trim().min(PROGRAM_TERMS_LENGTH.least).max(PROGRAM_TERMS_LENGTH.most),
  noticeDays: z.number().int().min(NOTICE_DAYS.least).max(NOTICE_DAYS.most),
});

/** A decimal string in the program's currency; whole minor units are asked for by the service. */
const signedAmount = z
  .string()
  .max(40)
  .transform((text, ctx) => {
    try {
      return parseMicros(text);
    } catch {
      ctx.addIssue({ code: "custom", message: `"${text}" is not an amount such as "2.75".` });
      return z.NEVER;
    }
  });
const localDay = z.iso.date();

export const addAdjustmentInput = z
  .object({
    programId: publicId("program"),
    partyId: publicId("organisation"),
    /** Positive: the party gets more. */
    amount: signedAmount,
    reason: z.string().trim().min(3).max(500),
  })
  .transform(({ amount, ...rest }) => ({ ...rest, amountMicros: amount }));

export const setPayoutRuleInput = z
  .object({
    programId: publicId("program"),
    partyId: publicId("organisation"),
    minimum: signedAmount.refine((micros) => micros >= 0n, "A minimum is not negative."),
    held: z.boolean(),
  })
  .transform(({ minimum, ...rest }) => ({ ...rest, minimumMicros: minimum }));

export const draftAgreementInput = z.object({ programId: publicId("program"), terms: z.unknown() });

/** Without `periodEnd`: the next period that is over. */
export const closePeriodInput = z.object({
  programId: publicId("program"),
  periodEnd: z.iso.datetime({ offset: true }).nullish(),
});

export const listExceptionsInput = pageInput.extend({
  programId: publicId("program").nullish(),
  open: z.boolean().default(true),
});

export const takeExceptionInput = z.object({ exceptionId: publicId("exception"), mine: z.boolean() });

export const tryAgreementInput = z.object({
  programId: publicId("program"),
  terms: z.unknown(),
  amount: z.string().trim().min(1).max(40),
  /** Short name of a merchant; left out, the legs name "$merchant". */
  merchant: z.string().max(80).nullish(),
  deviceKind: z.string().max(60).nullish(),
  zone: z.string().max(80).nullish(),
  /** Left out: captured now. */
  capturedAt: z.iso.datetime({ offset: true }).nullish(),
});
export type TryAgreementInput = z.output<typeof tryAgreementInput>;

/** Local days of the program, both included. */
export const flowInput = z.object({ programId: publicId("program"), fromDay: localDay, toDay: localDay });

export function pageOfSchema<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

export const payoutSchema = z.object({
  id: z.string(),
  reference: z.string(),
  state: z.enum(PAYOUT_STATES),
  amount: moneySchema,
  party: partySchema,
  program: z.object({ id: z.string(), slug: z.string(), name: z.string() }),
  runId: z.string(),
  statementId: z.string(),
  bankLabel: z.string().nullable(),
  /** The holder of the account that it was approved for. */
  payeeHolder: z.string().nullable(),
  periodStart: time,
  periodEnd: time,
  dueOn: z.string().nullable(),
  createdAt: time,
  approvedAt: time.nullable(),
  submittedAt: time.nullable(),
  paidAt: time.nullable(),
  failedAt: time.nullable(),
  failureReason: z.string().nullable(),
});
export type PayoutView = z.output<typeof payoutSchema>;

/** One row of a reckoning: a label, what it stands for, its amount. Rows before a `total` add up to it. */
export const reckoningRowSchema = z.object({
  key: z.string(),
  label: z.string(),
  detail: z.string().nullable(),
  amount: moneySchema,
  kind: z.enum(["plus", "minus", "subtotal", "total"]),
});
export type ReckoningRow = z.output<typeof reckoningRowSchema>;

export const statementSchema = z.object({
  id: z.string(),
  state: z.enum(STATEMENT_STATES),
  party: partySchema,
  program: z.object({ id: z.string(), slug: z.string(), name: z.string(), timeZone: z.string() }),
  runId: z.string(),
  periodStart: time,
  periodEnd: time,
  agreementVersions: z.string(),
  opening: moneySchema,
  gross: moneySchema,
  allocated: moneySchema,
  refunds: moneySchema,
  guarantees: moneySchema,
  reserve: moneySchema,
  adjustments: moneySchema,
  returned: moneySchema,
  payout: moneySchema,
  closing: moneySchema,
  paymentCount: z.number(),
  refundCount: z.number(),
  reportSha256: z.string().nullable(),
  createdAt: time,
  payoutId: z.string().nullable(),
  payoutState: z.enum(PAYOUT_STATES).nullable(),
});
export type StatementView = z.output<typeof statementSchema>;

export const statementLineSchema = z.object({
  day: z.string(),
  rule: z.string(),
  step: z.string(),
  stepKind: z.string(),
  paymentCount: z.number(),
  gross: moneySchema,
  amount: moneySchema,
  refunds: moneySchema,
});
export type StatementLineView = z.output<typeof statementLineSchema>;

export const statementItemSchema = z.object({
  paymentId: z.string(),
  refund: z.number(),
  at: time,
  merchant: z.object({ slug: z.string(), name: z.string() }),
  deviceKind: z.string(),
  /** Its name, for those who may read the merchant's devices. */
  device: z.string().nullable(),
  description: z.string().nullable(),
  quantity: z.record(z.string(), z.string()).nullable(),
  gross: moneySchema,
  amount: moneySchema,
});
export type StatementItem = z.output<typeof statementItemSchema>;

/** What one row of a reckoning sums up. */
export const figureExplanationSchema = z.object({
  lines: z.array(
    z.object({
      day: z.string(),
      rule: z.string(),
      /** Null where a line gathers all steps of the rule. */
      step: z.string().nullable(),
      agreement: z.object({ id: z.string(), version: z.number() }).nullable(),
      /** The step as the version wrote it. */
      terms: stepSchema.nullable(),
      /** Of refunds: how many those are. */
      payments: z.number(),
      amount: moneySchema,
    }),
  ),
  complete: z.boolean(),
});
export type FigureExplanation = z.output<typeof figureExplanationSchema>;

export const flowSchema = z.object({
  from: z.object({ id: z.string(), slug: z.string(), name: z.string() }),
  to: z.object({ id: z.string(), slug: z.string(), name: z.string(), kind: z.string() }),
  /** Before refunds. */
  amount: moneySchema,
  /** What refunds took back of it: zero or below. */
  refunded: moneySchema,
});
export type FlowView = z.output<typeof flowSchema>;

export const legSchema = z.object({
  /** 0 for the payment itself, then the number of the refund. */
  refund: z.number(),
  party: partySchema,
  rule: z.string(),
  step: z.string(),
  stepKind: z.string(),
  amount: moneySchema,
  short: moneySchema.nullable(),
  why: z.string(),
});
export const splitSchema = z.object({
  allocatedAt: time.nullable(),
  agreement: z.object({ id: z.string(), version: z.number() }).nullable(),
  rule: z.string().nullable(),
  journalId: z.string().nullable(),
  runId: z.string().nullable(),
  statementId: z.string().nullable(),
  payoutId: z.string().nullable(),
  legs: z.array(legSchema),
});
export type SplitView = z.output<typeof splitSchema>;

/** What a held payment would give to whom; `version` is null where no agreement governs it. */
export const splitPreviewSchema = z.object({
  version: z.number().nullable(),
  legs: z.array(legSchema.pick({ party: true, step: true, amount: true, why: true })),
});
export type SplitPreview = z.output<typeof splitPreviewSchema>;

export const agreementTrialSchema = z.discriminatedUnion("ok", [
  z.object({
    ok: z.literal(true),
    amount: moneySchema,
    rule: z.string(),
    legs: z.array(
      z.object({
        /** Short name of the party, "operator" or "$merchant". */
        party: z.string(),
        step: z.string(),
        amount: moneySchema,
        short: moneySchema.nullable(),
        why: z.string(),
      }),
    ),
  }),
  z.object({
    ok: z.literal(false),
    issues: z.array(z.object({ code: z.string(), path: z.string(), message: z.string() })),
  }),
]);
export type AgreementTrial = z.output<typeof agreementTrialSchema>;

export const agreementSummarySchema = z.object({
  id: z.string(),
  version: z.number(),
  state: z.enum(AGREEMENT_STATES),
  program: z.object({ id: z.string(), slug: z.string(), name: z.string() }),
  effectiveFrom: time,
  governsFrom: time.nullable(),
  sha256: z.string(),
  createdAt: time,
  proposedAt: time.nullable(),
  decidedAt: time.nullable(),
  /** When it is given up, if not everybody has agreed by then; null once it was decided and for drafts. */
  expiresAt: time.nullable(),
  outcome: z.enum(AGREEMENT_OUTCOMES).nullable(),
  outcomeReason: z.string().nullable(),
  /** Who must agree: for a party itself and the agencies, for the operator everybody. */
  answers: z.array(
    z.object({
      party: partySchema,
      /** Null once it was decided. */
      because: z.enum(["named", "named_before", "merchant"]).nullable(),
      answer: z.enum(["approved", "rejected"]).nullable(),
      answeredAt: time.nullable(),
      reason: z.string().nullable(),
      /** It gave a standing consent, so that its silence counts from then on. */
      noticeEndsAt: time.nullable(),
      agreed: z.boolean(),
    }),
  ),
  /** All merchants of the program, also those that the reader may not see by name. */
  merchants: z.object({ asked: z.number(), agreed: z.number() }),
  /** The operator's own side, two people; the names are told to the operator alone. */
  operator: z.object({
    draftedBy: z.string().nullable(),
    proposedBy: z.string().nullable(),
    approvedBy: z.string().nullable(),
    approvedAt: time.nullable(),
  }),
  /** The answer of the organisation that asks; undefined where it is not named. */
  ownAnswer: z.enum(["approved", "rejected", "waiting"]).nullable(),
});
export type AgreementSummary = z.output<typeof agreementSummarySchema>;

export const runSchema = z.object({
  id: z.string(),
  program: z.object({
    id: z.string(),
    slug: z.string(),
    name: z.string(),
    timeZone: z.string(),
    currency: z.string(),
  }),
  periodStart: time,
  periodEnd: time,
  state: z.enum(RUN_STATES),
  step: z.string(),
  stoppedBy: z.string().nullable(),
  createdBy: z.object({ id: z.string(), name: z.string() }).nullable(),
  createdAt: time,
  calculatedAt: time.nullable(),
  approvedBy: z.object({ id: z.string(), name: z.string() }).nullable(),
  approvedAt: time.nullable(),
  settledAt: time.nullable(),
  paymentCount: z.number(),
  /** These with their signs add up to `payout` once the statements are written. */
  gross: moneySchema,
  refunds: moneySchema,
  carriedIn: moneySchema,
  /** Guarantees, adjustments, reserves and payouts that came back. */
  corrections: moneySchema,
  carriedOn: moneySchema,
  cancelled: moneySchema,
  payout: moneySchema,
  revision: z.number(),
  /** Who stands under it first: the creator, or who signed first for a run that the calendar closed. */
  signedBy: z.object({ id: z.string(), name: z.string() }).nullable(),
  /** Why the last approval is void; null while there is none that is. */
  approvalVoided: z.object({ at: time, reason: z.string() }).nullable(),
  statementCount: z.number(),
  payoutCounts: z.record(z.string(), z.number()),
});
export type RunView = z.output<typeof runSchema>;

/** The period that would be closed next, and what of it is split already. */
export const closePreviewSchema = z.object({
  program: z.object({
    id: z.string(),
    slug: z.string(),
    name: z.string(),
    timeZone: z.string(),
    currency: z.string(),
  }),
  periodStart: time,
  periodEnd: time,
  /** Whether it has ended, so that it can be closed. */
  over: z.boolean(),
  /** When this was told; up to then it can be closed before its end. */
  asOf: time,
  /** A run before that is not finished, which has to go on first. */
  unfinishedRunId: z.string().nullable(),
  stoppedBy: z.string().nullable(),
  paymentCount: z.number(),
  refundCount: z.number(),
  gross: moneySchema,
  refunds: moneySchema,
});
export type ClosePreview = z.output<typeof closePreviewSchema>;

export const exceptionSchema = z.object({
  id: z.string(),
  kind: z.string(),
  /** What it is about, with its public id; null where the subject has none. */
  subject: z.object({ kind: z.string(), id: z.string().nullable() }),
  /** Who looks after it. */
  owner: z.object({ id: z.string(), name: z.string() }).nullable(),
  program: z.object({ id: z.string(), slug: z.string(), name: z.string() }),
  sentence: z.string(),
  detail: z.record(z.string(), z.unknown()),
  openedAt: time,
  resolvedAt: time.nullable(),
  resolution: z.string().nullable(),
});
export type ExceptionView = z.output<typeof exceptionSchema>;

/** How many payouts stand in each state; states without any are left out. */
export const payoutCountsSchema = z.record(z.string(), z.number());
/** One for each currency. */
export const payoutTotalsSchema = z.array(z.object({ payouts: z.number(), amount: moneySchema }));
export type PayoutTotals = z.output<typeof payoutTotalsSchema>;

export const payoutDetailSchema = z.object({
  payout: payoutSchema,
  statement: statementSchema,
  reckoning: z.array(reckoningRowSchema),
  /** Merchants: who got what of their payments. Others: from whose payments the party got its part. */
  flows: z.array(flowSchema),
});
export type PayoutDetail = z.output<typeof payoutDetailSchema>;

export const statementDetailSchema = z.object({
  statement: statementSchema,
  reckoning: z.array(reckoningRowSchema),
  flows: z.array(flowSchema),
  /** By day, rule and step; when not complete, the report has all. */
  lines: z.array(statementLineSchema),
  linesComplete: z.boolean(),
});
export type StatementDetail = z.output<typeof statementDetailSchema>;

export const agreementDetailSchema = agreementSummarySchema.extend({
  /** As it was written; see the agreement's own schema. */
  terms: z.record(z.string(), z.unknown()),
  /** Why whoever asks cannot answer it for their side although it waits for that; null when they can. */
  ownFault: z
    .enum([
      "person_unknown",
      "same_person",
      "invited_by_other",
      "account_too_new",
      "not_a_member",
      "of_the_operator",
      "brought_by_operator",
    ])
    .nullable(),
});
export type AgreementDetail = z.output<typeof agreementDetailSchema>;

/** A program's terms for its merchants: notice and objection. */
export const programTermsSchema = z.object({
  id: z.string(),
  version: z.number(),
  body: z.string(),
  noticeDays: z.number(),
  draftedBy: z.string().nullable(),
  draftedAt: time,
  confirmedBy: z.string().nullable(),
  confirmedAt: time.nullable(),
});
export type ProgramTermsView = z.output<typeof programTermsSchema>;

export const operatorTermsSchema = z.object({
  current: programTermsSchema.nullable(),
  /** Drafted after the current ones; it waits for a second person. */
  waiting: programTermsSchema.nullable(),
  /** Why whoever asks cannot confirm those that wait; null when they can. */
  ownFault: z.enum(["person_unknown", "same_person", "invited_by_other", "account_too_new"]).nullable(),
  merchants: z.array(z.object({ party: partySchema, joinedAt: time, consentedAt: time.nullable() })),
});
export type OperatorTermsView = z.output<typeof operatorTermsSchema>;

export const merchantTermsSchema = z.object({
  program: z.object({ id: z.string(), slug: z.string(), name: z.string(), timeZone: z.string() }),
  joinedAt: time,
  /** The version that governed when the merchant joined or governs now, to read. */
  inForce: z.object({ id: z.string(), version: z.number() }).nullable(),
  terms: programTermsSchema.nullable(),
  consent: z.object({ givenAt: time, givenBy: z.string().nullable() }).nullable(),
  /** It consented to earlier terms of the program, which no longer count. */
  consentedBefore: z.boolean(),
});
export type MerchantTermsView = z.output<typeof merchantTermsSchema>;

/** What a party got of past payments, and what a version would have given it, by rule and before refunds. */
export const simulationSchema = z.object({
  from: time,
  to: time,
  payments: z.number(),
  rows: z.array(z.object({ rule: z.string(), before: moneySchema, after: moneySchema })),
  before: moneySchema,
  after: moneySchema,
});
export type SimulationView = z.output<typeof simulationSchema>;

export const runDetailSchema = z.object({
  run: runSchema,
  /** What an approval now would cover. */
  payable: z.object({ sha256: z.string(), payoutIds: z.array(z.string()) }),
  /** Parties whose payouts are held back. */
  heldPartyIds: z.array(z.string()),
  statements: z.array(statementSchema),
  flows: z.array(flowSchema),
});
export type RunDetail = z.output<typeof runDetailSchema>;

export const bankAccountSchema = z.object({
  id: z.string(),
  label: z.string(),
  /** Whole, for those who may confirm it; null for everybody else. */
  number: z.string().nullable(),
  bankName: z.string(),
  holder: z.string(),
  currency: z.string(),
  state: z.enum(BANK_ACCOUNT_STATES),
  createdAt: time,
  enteredBy: z.string().nullable(),
  confirmedBy: z.string().nullable(),
  confirmedAt: time.nullable(),
  usableFrom: time.nullable(),
  activatedAt: time.nullable(),
  disabledAt: time.nullable(),
  disabledReason: z.string().nullable(),
  waiting: z
    .object({
      confirmationId: z.string(),
      sha256: z.string(),
      expiresAt: time,
      /** Why the person who asks cannot confirm it. */
      fault: z.string().nullable(),
      mine: z.boolean(),
    })
    .nullable(),
});
export type BankAccountView = z.output<typeof bankAccountSchema>;

/** One proposal in the inbox of a second person; what does not belong to its action is null. */
const settlementCalendarSchema = z.object({
  every: z.enum(["day", "week", "month"]),
  day: z.number(),
  cutOff: z.string(),
  payoutDelayBusinessDays: z.number(),
});

export const programCalendarSchema = z.object({
  current: settlementCalendarSchema,
  coming: z.array(z.object({ from: time, calendar: settlementCalendarSchema })),
  /** Whether a proposal waits for a second person. */
  waiting: z.boolean(),
  /** Ends of periods from which another calendar can hold. */
  ends: z.array(time),
});
export type ProgramCalendarView = z.output<typeof programCalendarSchema>;

export const holidaySchema = z.object({ id: z.string(), day: z.string(), name: z.string() });
export type HolidayView = z.output<typeof holidaySchema>;
export const addHolidayInput = z.object({
  programId: publicId("program"),
  day: localDay,
  name: plainText(1, 80),
});

export const proposeCalendarInput = z.object({
  programId: publicId("program"),
  from: z.iso.datetime(),
  calendar: calendarSchema,
});

export const waitingSchema = z.object({
  id: z.string(),
  action: z.string(),
  /** Of what is proposed; a confirmation names it. */
  sha256: z.string().nullable(),
  program: z.object({ id: z.string(), slug: z.string(), name: z.string() }).nullable(),
  party: partySchema.nullable(),
  amount: moneySchema.nullable(),
  held: z.boolean().nullable(),
  state: z.string().nullable(),
  reason: z.string().nullable(),
  setting: z.object({ name: z.string(), value: z.string() }).nullable(),
  /** Another calendar, and the end of a period from which it would hold. */
  calendar: z.object({ from: time, timeZone: z.string(), calendar: settlementCalendarSchema }).nullable(),
  payout: z.object({ id: z.string(), reference: z.string() }).nullable(),
  import: z.object({ id: z.string(), fileName: z.string() }).nullable(),
  /** Of an agreement or a program's terms. */
  version: z.number().nullable(),
  /** Who would get a role in the party's team, or (without a role) a new password. */
  member: z.object({ name: z.string(), role: z.string().nullable() }).nullable(),
  proposedBy: z.object({ name: z.string(), organisation: z.string().nullable() }).nullable(),
  mine: z.boolean(),
  proposedAt: time,
  expiresAt: time.nullable(),
  /** Why the person who asks cannot confirm it. */
  fault: z.string().nullable(),
});
export type WaitingView = z.output<typeof waitingSchema>;

export const authoritySettingSchema = z.object({ name: z.enum(AUTHORITY_SETTINGS), value: z.string() });
export type AuthoritySettingView = z.output<typeof authoritySettingSchema>;

export const importSharesInput = z.object({ importId: publicId("import") });
export const proposeUndoInput = importSharesInput.extend({ reason: plainText(3, 300) });
export const importSharesSchema = z.array(z.object({ party: partySchema, amount: moneySchema }));
export type ImportSharesView = z.output<typeof importSharesSchema>;

export const confirmInput = z.object({
  confirmationId: publicId("confirmation"),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export const rejectInput = z.object({
  confirmationId: publicId("confirmation"),
  reason: z.string().trim().min(3).max(500),
});
export const withdrawInput = z.object({ confirmationId: publicId("confirmation") });
/** `sha256` is that of `payable` which the approver saw: amounts, names, accounts and their count. */
export const approveRunInput = z.object({
  runId: publicId("settlementRun"),
  revision: z.number().int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export const proposeSettingInput = z
  .object({ name: z.enum(AUTHORITY_SETTINGS), value: z.string().regex(/^\d{1,12}$/) })
  .refine(({ name, value }) => name !== "bank_account.cooling_hours" || Number(value) <= 720, {
    path: ["value"],
    message: "New accounts rest 720 hours at most.",
  })
  .refine(({ value }) => Number(value) <= 100_000_000_000, {
    path: ["value"],
    message: "This is above what a limit can be.",
  });

const enteredText = z.string().trim().min(2).max(70);
export const enterBankAccountInput = z.object({
  currency: z.enum(CURRENCIES),
  holder: enteredText,
  iban: z.string().trim().min(9).max(50),
  bankName: enteredText,
});
export const disableBankAccountInput = z.object({
  bankAccountId: publicId("bankAccount"),
  reason: z.string().trim().min(3).max(300),
});
