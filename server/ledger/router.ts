/** The ledger for the operator's eyes. It is read here and never written: postings come from the domains' services. */
import { z } from "zod";
import { operatorProcedure, router } from "@/server/identity/procedures";
import { withScope } from "@/server/platform/db";
import * as shape from "./schema";
import {
  getAccount,
  getTransfer,
  listAccounts,
  listAccountTransfers,
  listTransfers,
  sumAccountsByCode,
} from "./service";
import { accountsOf, nameOwners, transferViewer, viewAccount, viewEffect, viewTotals } from "./view-ledger";

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
});
