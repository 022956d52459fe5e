/** The ledger as the operator's console sees it: decimal amounts, TypeIDs, owners by name. */
import { z } from "zod";
import { publicId } from "@/server/platform/ids";
import { CURRENCIES } from "@/server/platform/money";
import { ACCOUNT_CODES, type AccountCode, TRANSFER_CODES, type TransferCode } from "./constants";

const currency = z.enum(CURRENCIES);
const money = z.object({ amount: z.string(), currency });
const accountCode = z.enum(Object.keys(ACCOUNT_CODES) as [AccountCode, ...AccountCode[]]);
const transferCode = z.enum(Object.keys(TRANSFER_CODES) as [TransferCode, ...TransferCode[]]);

const limit = z.number().int().min(1).max(200).default(50);
const historyPage = {
  cursor: z
    .string()
    .regex(/^\d{1,18}$/)
    .nullish(),
  limit,
};

export const listAccountsInput = z.object({
  currency: currency.optional(),
  code: accountCode.optional(),
  programId: publicId("program").optional(),
  /** Leaves out accounts on which nothing ever happened. */
  active: z.boolean().default(false),
  cursor: z
    .string()
    .regex(/^[A-Z]{3}\/\d{1,4}\/\d{1,18}$/)
    .nullish(),
  limit,
});
export const accountInput = z.object({ accountId: publicId("account") });
export const accountTransfersInput = accountInput.extend({
  sides: z.enum(["both", "debit", "credit"]).default("both"),
  from: z.iso.datetime({ offset: true }).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
  ...historyPage,
});
export const listTransfersInput = z.object(historyPage);
export const transferInput = z.object({ transferId: publicId("transfer") });

const counters = z.object({
  debitsPending: money,
  debitsPosted: money,
  creditsPending: money,
  creditsPosted: money,
});

export const accountView = z.object({
  id: z.string(),
  code: accountCode,
  currency,
  /** Whose it is in words: names of a program and a party, or the public id of an instrument or a payout. */
  owner: z.string(),
  ownerId: z.string().nullable(),
  programId: z.string().nullable(),
  /** What is posted, counted on the side that makes this kind of account grow. */
  balance: money,
  /** Held on the side that makes it shrink: what a capture could still take. */
  held: money,
  counters,
  normalSide: z.enum(["debit", "credit"]),
  mayGoNegative: z.boolean(),
  closed: z.boolean(),
  createdAt: z.string(),
});
export type AccountView = z.infer<typeof accountView>;

const accountRef = z.object({ id: z.string(), code: accountCode.nullable(), owner: z.string() });

export const transferView = z.object({
  id: z.string(),
  /** Place in the ledger's own order. */
  sequence: z.string(),
  kind: z.enum(["posted", "pending", "post_pending", "void_pending", "expiry"]),
  code: transferCode.nullable(),
  state: z.enum(["pending", "posted", "voided", "expired"]).nullable(),
  amount: money,
  debit: accountRef,
  credit: accountRef,
  pendingId: z.string().nullable(),
  journalId: z.string().nullable(),
  effectiveAt: z.string(),
  recordedAt: z.string(),
});
export type TransferView = z.infer<typeof transferView>;

export const accountTransferView = transferView.extend({
  side: z.enum(["debit", "credit"]),
  balanceAfter: money,
});

export const accountsPage = z.object({ items: z.array(accountView), nextCursor: z.string().nullable() });
export const transfersPage = z.object({ items: z.array(transferView), nextCursor: z.string().nullable() });
export const accountTransfersPage = z.object({
  items: z.array(accountTransferView),
  nextCursor: z.string().nullable(),
});
export const totalsView = z.array(
  z.object({
    currency,
    code: accountCode,
    normalSide: z.enum(["debit", "credit"]),
    accounts: z.number().int(),
    /** Those of them that posted money has moved; the trial balance counts these. */
    moved: z.number().int(),
    balance: money,
    counters,
  }),
);

/** Now when `at` is left out; by ledger time (what was known then) or business time (what is known now about then). */
const moment = {
  at: z.iso.datetime({ offset: true }).nullish(),
  by: z.enum(["recorded", "effective"]).default("recorded"),
};
export const balanceAtInput = accountInput.extend({
  at: z.iso.datetime({ offset: true }),
  by: moment.by,
});
export const balanceAtView = z.object({
  at: z.string(),
  by: moment.by,
  balance: money,
  held: money,
  counters,
});

export const journalInput = z.object({ journalId: publicId("journal") });
export const findInput = z.object({ text: z.string().trim().min(3).max(100) });
export const foundView = z
  .object({ kind: z.enum(["account", "transfer", "journal"]), id: z.string() })
  .nullable();

export const trialBalanceInput = z.object({ currency, ...moment });
const sides = z.object({ debits: money, credits: money, debitBalance: money, creditBalance: money });
export const trialBalanceView = z.object({
  currency,
  /** Null for now. */
  at: z.string().nullable(),
  by: z.enum(["recorded", "effective"]),
  rows: z.array(
    sides.extend({
      code: accountCode,
      programId: z.string().nullable(),
      accounts: z.number(),
    }),
  ),
  totals: sides,
  balanced: z.boolean(),
});
export type TrialBalance = z.infer<typeof trialBalanceView>;

const finding = z.object({ severity: z.enum(["broken", "notice"]), part: z.string(), message: z.string() });
/** A proof that came to its end, as the audit log keeps it. */
export const proofRecord = z.object({
  seconds: z.number(),
  result: z.object({
    ok: z.boolean(),
    accounts: z.number(),
    transfers: z.number(),
    blocks: z.number(),
    sealedThrough: z.number(),
    gaps: z.number(),
    broken: z.number(),
    notices: z.number(),
  }),
  findings: z.array(finding),
});
export type ProofRecord = z.infer<typeof proofRecord>;

export const proofView = z.object({
  /** The newest sealed block. */
  head: z
    .object({
      height: z.string(),
      firstSeq: z.string(),
      lastSeq: z.string(),
      transfers: z.number(),
      sealedAt: z.string(),
      previousHash: z.string(),
      hash: z.string(),
    })
    .nullable(),
  newestSequence: z.string().nullable(),
  running: z
    .object({
      startedAt: z.string(),
      parts: z.array(z.object({ part: z.string(), done: z.number(), total: z.number() })),
      findings: z.array(finding),
    })
    .nullable(),
  last: proofRecord.extend({ at: z.string(), by: z.string().nullable() }).nullable(),
  /** Why the last attempt of this process did not come to its end. */
  failure: z.string().nullable(),
});
export type ProofView = z.infer<typeof proofView>;
