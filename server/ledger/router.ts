/** The ledger for the operator's eyes. It is read here and never written: postings come from the domains' services. */
import { z } from "zod";
import { operatorProcedure, router } from "@/server/identity/procedures";
import { withScope } from "@/server/platform/db";
import { findInLedger } from "./find-in-ledger";
import { readProof, startProof } from "./run-proof";
import * as shape from "./schema";
import {
  balancesAt,
  getAccount,
  getTransfer,
  listAccounts,
  listAccountTransfers,
  listTransfers,
  sumAccountsByCode,
} from "./service";
import { readTrialBalance } from "./trial-balance";
import {
  accountsOf,
  nameOwners,
  transferViewer,
  viewAccount,
  viewBalance,
  viewEffect,
  viewTotals,
} from "./view-ledger";

export const operatorLedgerRouter = router({
  totals: operatorProcedure("ledger.read")
    .output(shape.totalsView)
    .query(async ({ ctx }) => viewTotals(await withScope(ctx.scope, sumAccountsByCode))),
  accounts: operatorProcedure("ledger.read")
    .input(shape.listAccountsInput)
    .output(shape.accountsPage)
    .query(async ({ ctx, input: { cursor, limit, programId, ...filter } }) => {
      const page = await withScope(ctx.scope, (tx) =>
        listAccounts(tx, { ...filter, programRef: programId }, { cursor, limit }),
      );
      const names = await nameOwners(ctx.scope, page.rows);
      return { items: page.rows.map((row) => viewAccount(row, names)), nextCursor: page.nextCursor };
    }),
  account: operatorProcedure("ledger.read")
    .input(shape.accountInput)
    .output(shape.accountView)
    .query(async ({ ctx, input }) => {
      const account = await withScope(ctx.scope, (tx) => getAccount(tx, input.accountId));
      return viewAccount(account, await nameOwners(ctx.scope, [account]));
    }),
  accountTransfers: operatorProcedure("ledger.read")
    .input(shape.accountTransfersInput)
    .output(shape.accountTransfersPage)
    .query(async ({ ctx, input: { accountId, ...page } }) => {
      const { code, rows, nextCursor, accounts } = await withScope(ctx.scope, async (tx) => {
        const account = await getAccount(tx, accountId);
        const found = await listAccountTransfers(tx, accountId, page);
        return { code: account.code, ...found, accounts: await accountsOf(tx, found.rows) };
      });
      const view = await transferViewer(ctx.scope, accounts);
      return { items: rows.map((row) => ({ ...view(row), ...viewEffect(code, row) })), nextCursor };
    }),
  transfers: operatorProcedure("ledger.read")
    .input(shape.listTransfersInput)
    .output(shape.transfersPage)
    .query(async ({ ctx, input }) => {
      const { rows, nextCursor, accounts } = await withScope(ctx.scope, async (tx) => {
        const found = await listTransfers(tx, input);
        return { ...found, accounts: await accountsOf(tx, found.rows) };
      });
      const view = await transferViewer(ctx.scope, accounts);
      return { items: rows.map(view), nextCursor };
    }),
  /** One transfer with the whole journal that it belongs to. */
  transfer: operatorProcedure("ledger.read")
    .input(shape.transferInput)
    .output(z.object({ transfer: shape.transferView, journal: z.array(shape.transferView) }))
    .query(async ({ ctx, input }) => {
      const { found, rows, accounts } = await withScope(ctx.scope, async (tx) => {
        const transfer = await getTransfer(tx, input.transferId);
        const { journalId } = transfer;
        const journal = journalId ? (await listTransfers(tx, { journalId })).rows : [transfer];
        return { found: transfer, rows: journal, accounts: await accountsOf(tx, [transfer, ...journal]) };
      });
      const view = await transferViewer(ctx.scope, accounts);
      return { transfer: view(found), journal: rows.map(view) };
    }),
  /** All transfers of one business event. */
  journal: operatorProcedure("ledger.read")
    .input(shape.journalInput)
    .output(z.object({ items: z.array(shape.transferView) }))
    .query(async ({ ctx, input }) => {
      const { rows, accounts } = await withScope(ctx.scope, async (tx) => {
        const found = await listTransfers(tx, { journalId: input.journalId });
        return { rows: found.rows, accounts: await accountsOf(tx, found.rows) };
      });
      const view = await transferViewer(ctx.scope, accounts);
      return { items: rows.map(view) };
    }),
  find: operatorProcedure("ledger.read")
    .input(shape.findInput)
    .output(shape.foundView)
    .query(({ ctx, input }) => withScope(ctx.scope, (tx) => findInLedger(tx, input.text))),
  balanceAt: operatorProcedure("ledger.read")
    .input(shape.balanceAtInput)
    .output(shape.balanceAtView)
    .query(({ ctx, input: { accountId, at, by } }) =>
      withScope(ctx.scope, async (tx) => {
        const account = await getAccount(tx, accountId);
        const then = (await balancesAt(tx, [accountId], new Date(at), by)).get(accountId);
        return { at, by, ...viewBalance(account, then ?? NOTHING) };
      }),
    ),
  trialBalance: operatorProcedure("ledger.read")
    .input(shape.trialBalanceInput)
    .output(shape.trialBalanceView)
    .query(({ ctx, input: { currency, at, by } }) =>
      withScope(ctx.scope, (tx) => readTrialBalance(tx, currency, at ? new Date(at) : null, by)),
    ),
  proof: operatorProcedure("ledger.read")
    .output(shape.proofView)
    .query(({ ctx }) => readProof(ctx.scope)),
  startProof: operatorProcedure("ledger.read").mutation(({ ctx }) => ({ started: startProof(ctx.scope) })),
});

const NOTHING = { debitsPending: 0n, debitsPosted: 0n, creditsPending: 0n, creditsPosted: 0n };
