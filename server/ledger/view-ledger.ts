/** Accounts and transfers in the form in which they leave. */
import type { z } from "zod";
import { listPrograms, namesOf } from "@/server/identity/service";
import type { SqlTx } from "@/server/platform/db";
import { type IdKind, toPublicId } from "@/server/platform/ids";
import { type Currency, isCurrency, toMoneyJson } from "@/server/platform/money";
import type { OperatorScope } from "@/server/platform/scope";
import { type AccountCode, NORMAL_SIDE } from "./constants";
import type { AccountView, accountTransferView, TransferView, totalsView } from "./schema";
import { getAccounts } from "./service";
import type { Account, AccountTransfer, Balance, Transfer } from "./types";

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** What the owner of an account of this code is, where it is not a program or a party. */
const OWNER_KINDS: Partial<Record<AccountCode, IdKind>> = {
  wallet: "instrument",
  payout_in_transit: "payout",
};

/** Names of programs and parties, for the owners of the accounts that are shown. */
export type OwnerNames = ReadonlyMap<string, string>;

export async function nameOwners(scope: OperatorScope, accounts: readonly Account[]): Promise<OwnerNames> {
  const ids = [...new Set(accounts.flatMap((account) => account.ownerRef?.match(UUID) ?? []))];
  const [{ organisations }, programs] = await Promise.all([
    namesOf(scope, { users: [], organisations: ids }),
    listPrograms(scope),
  ]);
  return new Map([...programs.map((program) => [program.id, program.name] as const), ...organisations]);
}

function ownerOf(account: Account, names: OwnerNames): { owner: string; ownerId: string | null } {
  const ids = account.ownerRef?.match(UUID) ?? [];
  const [last] = ids.slice(-1);
  const kind = OWNER_KINDS[account.code];
  if (kind && last) return { owner: toPublicId(kind, last), ownerId: toPublicId(kind, last) };
  const parties = ids.filter((id) => id !== account.programRef && names.has(id));
  const [party] = parties;
  // The party first: many accounts stand below one program, and a list cuts what is last.
  const words = [...parties, ...ids.filter((id) => !parties.includes(id))]
    .map((id) => names.get(id))
    .filter((name) => name !== undefined);
  return {
    owner: words.join(" · ") || account.ownerRef || "Nobody",
    ownerId: party ? toPublicId("organisation", party) : null,
  };
}

function currencyOf(code: string): Currency {
  if (!isCurrency(code)) throw new Error(`The ledger holds an account in ${code}, which no currency is.`);
  return code;
}

function netOf(code: AccountCode, balance: Balance): bigint {
  const net = balance.creditsPosted - balance.debitsPosted;
  return NORMAL_SIDE[code] === "credit" ? net : -net;
}

function viewCounters(balance: Balance, currency: Currency) {
  return {
    debitsPending: toMoneyJson(balance.debitsPending, currency),
    debitsPosted: toMoneyJson(balance.debitsPosted, currency),
    creditsPending: toMoneyJson(balance.creditsPending, currency),
    creditsPosted: toMoneyJson(balance.creditsPosted, currency),
  };
}

/** The posted balance on the account's own side, what is held on the other, and the counters behind them. */
export function viewBalance(account: Pick<Account, "code" | "currency">, balance: Balance) {
  const currency = currencyOf(account.currency);
  const held = NORMAL_SIDE[account.code] === "credit" ? balance.debitsPending : balance.creditsPending;
  return {
    balance: toMoneyJson(netOf(account.code, balance), currency),
    held: toMoneyJson(held, currency),
    counters: viewCounters(balance, currency),
  };
}

export function viewAccount(account: Account, names: OwnerNames): AccountView {
  const currency = currencyOf(account.currency);
  const normalSide = NORMAL_SIDE[account.code];
  return {
    id: toPublicId("account", account.id),
    code: account.code,
    currency,
    ...ownerOf(account, names),
    programId: account.programRef && toPublicId("program", account.programRef),
    ...viewBalance(account, account),
    normalSide,
    mayGoNegative: !(account.debitsMustNotExceedCredits || account.creditsMustNotExceedDebits),
    closed: account.closed,
    createdAt: account.createdAt.toISOString(),
  };
}

/** The accounts on both sides of the transfers. */
export async function accountsOf(tx: SqlTx, transfers: readonly Transfer[]): Promise<Account[]> {
  const ids = transfers.flatMap(({ debitAccountId, creditAccountId }) => [debitAccountId, creditAccountId]);
  return await getAccounts(tx, [...new Set(ids)]);
}

/** Gives a function that shows a transfer with its two accounts named. */
export async function transferViewer(
  scope: OperatorScope,
  accounts: readonly Account[],
): Promise<(transfer: Transfer) => TransferView> {
  const names = await nameOwners(scope, accounts);
  const refs = new Map(
    accounts.map((account) => [account.id, { code: account.code, owner: ownerOf(account, names).owner }]),
  );
  const refOf = (id: string) => ({
    id: toPublicId("account", id),
    code: refs.get(id)?.code ?? null,
    owner: refs.get(id)?.owner ?? "",
  });
  return (transfer) => ({
    id: toPublicId("transfer", transfer.id),
    sequence: transfer.seq.toString(),
    kind: transfer.kind,
    code: transfer.code,
    state: transfer.state,
    amount: toMoneyJson(transfer.amountMicros, currencyOf(transfer.currency)),
    debit: refOf(transfer.debitAccountId),
    credit: refOf(transfer.creditAccountId),
    pendingId: transfer.pendingId && toPublicId("transfer", transfer.pendingId),
    journalId: transfer.journalId && toPublicId("journal", transfer.journalId),
    effectiveAt: transfer.effectiveAt.toISOString(),
    recordedAt: transfer.recordedAt.toISOString(),
  });
}

/** What one account's history adds to a transfer: the side, and the account's balance just after it. */
export function viewEffect(
  code: AccountCode,
  transfer: AccountTransfer,
): Pick<z.infer<typeof accountTransferView>, "side" | "balanceAfter"> {
  return {
    side: transfer.side,
    balanceAfter: toMoneyJson(netOf(code, transfer.balanceAfter), currencyOf(transfer.currency)),
  };
}

export function viewTotals(
  rows: readonly ({ currency: string; code: AccountCode; accounts: number; moved: number } & Balance)[],
): z.infer<typeof totalsView> {
  return rows.map((row) => {
    const currency = currencyOf(row.currency);
    return {
      currency,
      code: row.code,
      normalSide: NORMAL_SIDE[row.code],
      accounts: row.accounts,
      moved: row.moved,
      balance: toMoneyJson(netOf(row.code, row), currency),
      counters: viewCounters(row, currency),
    };
  });
}
