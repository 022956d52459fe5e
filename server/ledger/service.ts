/**
 * What other domains may ask of the ledger. Every function works inside the caller's transaction, so that money and
 * the record of why it moved are one commit. Amounts are micros. Reads need a platform scope.
 */
import type { SqlTx } from "@/server/platform/db";
import { invariant, notFound } from "@/server/platform/errors";
import { ACCOUNT_CODES, MAX_BATCH, type ResultCode, TRANSFER_CODES } from "./constants";
import { AccountRefusal, LedgerRefusal } from "./errors";
import * as posting from "./repository/post-events";
import * as accounts from "./repository/read-accounts";
import * as balances from "./repository/read-balances";
import * as proof from "./repository/read-proof";
import * as transfers from "./repository/read-transfers";
import { accountFlagsFor, accountIdFor, transferFlagsFor } from "./rules";
import type { Account, AccountSpec, AccountTransfer, Balance, Page, Transfer, TransferInput } from "./types";

export { accountIdFor } from "./rules";
export {
  type Finding,
  type VerifyOptions,
  type VerifyResult,
  type VerifyStep,
  verifyLedger,
  verifyLedgerAtOnce,
} from "./verify";

/**
 * Makes sure that the accounts exist and gives their ids in order. Idempotent, also between processes. Throws
 * `AccountRefusal` when one exists with other properties.
 */
export async function ensureAccounts(tx: SqlTx, specs: readonly AccountSpec[]): Promise<string[]> {
  const ids = specs.map(accountIdFor);
  const known = await accounts.findExistingIds(tx, ids);
  const missing = new Map<string, AccountSpec>();
  specs.forEach((spec, index) => {
    const id = ids[index] as string;
    if (!known.has(id)) missing.set(id, spec);
  });
  if (missing.size === 0) return ids;
  const events = [...missing].map(([id, spec]) => ({
    id,
    currency: spec.currency,
    code: ACCOUNT_CODES[spec.code],
    owner_ref: spec.ownerRef,
    program_ref: spec.programRef ?? null,
    flags: accountFlagsFor(spec),
  }));
  const codes = await posting.createAccounts(tx, events);
  events.forEach((event, index) => {
    const code = codes[index];
    if (code !== "created" && code !== "exists") throw new AccountRefusal(code ?? "no_answer", event.id);
  });
  return ids;
}

export function toEvent(input: TransferInput): posting.TransferEvent {
  const common = {
    id: input.id,
    flags: transferFlagsFor(input),
    journal: input.journalId ?? null,
    effective: input.effectiveAt ?? null,
  };
  if ("pendingId" in input) {
    return {
      ...common,
      debit: null,
      credit: null,
      amount: input.amountMicros ?? null,
      code: 0,
      pending: input.pendingId,
    };
  }
  return {
    ...common,
    debit: input.debitAccountId,
    credit: input.creditAccountId,
    amount: input.amountMicros,
    code: TRANSFER_CODES[input.code],
    timeout: input.timeoutSeconds ?? null,
    currency: input.currency ?? null,
  };
}

/** How many arguments `postingArguments` gives. */
export const TRANSFER_ARGUMENTS = 12;

/**
 * Transfers as the arguments of `ledger.post_transfers`, in its order, for database functions that post beside other
 * things and judge the result codes themselves.
 */
export function postingArguments(inputs: readonly TransferInput[]): (Buffer | null)[] {
  invariant(inputs.length <= MAX_BATCH, `a batch has at most ${MAX_BATCH} transfers`);
  return posting.postStatement(inputs.map(toEvent)).params;
}

/**
 * Posts a batch and answers each transfer with its result code, in order. Refusals are values; only a chain of
 * `linked` transfers is all-or-nothing. At most `MAX_BATCH` transfers. A refusal that could pass later burns its id
 * when the caller's transaction commits.
 */
export async function postTransfers(tx: SqlTx, inputs: readonly TransferInput[]): Promise<ResultCode[]> {
  invariant(inputs.length <= MAX_BATCH, `a batch has at most ${MAX_BATCH} transfers`);
  const results = await posting.postEvents(tx, inputs.map(toEvent));
  invariant(results.length === inputs.length, "the ledger answers every event");
  return results;
}

/**
 * Posts the legs of one business event: all or none. Linking is done here. Gives "created", or "exists" when this
 * very journal stands already (a retry). Throws `LedgerRefusal` on anything else; the caller's transaction should end.
 */
export async function postJournal(
  tx: SqlTx,
  inputs: readonly TransferInput[],
): Promise<"created" | "exists"> {
  const chain = inputs.map((input, index) => ({ ...input, linked: index < inputs.length - 1 }));
  const results = await postTransfers(tx, chain);
  if (results.every((code) => code === "created")) return "created";
  const index = results.findIndex((code) => code !== "created" && code !== "linked_event_failed");
  const code = results[index];
  const refused = inputs[index];
  invariant(code && refused, "a refused chain names its cause");
  // A chain that stands answers "exists" at its first transfer only; ask for the others one by one.
  if (code === "exists" && index === 0) {
    const rest = await postEach(tx, chain.slice(1));
    const other = rest.findIndex((answer) => answer !== "exists");
    if (other === -1) return "exists";
    throw new LedgerRefusal(rest[other] as ResultCode, other + 1, chain[other + 1]?.id ?? "", results);
  }
  throw new LedgerRefusal(code, index, refused.id, results);
}

/** Asks for each transfer of a chain that should stand; never creates one, because a chain of one more link is open. */
async function postEach(tx: SqlTx, chain: readonly TransferInput[]): Promise<ResultCode[]> {
  const answers: ResultCode[] = [];
  const found = new Map(
    (
      await transfers.findTransfersById(
        tx,
        chain.map((input) => input.id),
      )
    ).map((row) => [row.id, row]),
  );
  for (const input of chain) {
    if (!found.has(input.id)) answers.push("linked_event_failed");
    else answers.push((await posting.postEvents(tx, [toEvent(input)]))[0] ?? "linked_event_failed");
  }
  return answers;
}

/** The accounts that exist among `ids`, in that order. */
export async function getAccounts(tx: SqlTx, ids: readonly string[]): Promise<Account[]> {
  return await accounts.getAccounts(tx, ids);
}

export async function getAccount(tx: SqlTx, id: string): Promise<Account> {
  const [account] = await accounts.getAccounts(tx, [id]);
  if (!account) throw notFound("ledger account");
  return account;
}

/** Pages by currency, code and id. */
export async function listAccounts(
  tx: SqlTx,
  filter: accounts.AccountFilter,
  page: { cursor?: string | null; limit: number },
): Promise<Page<Account>> {
  return await accounts.listAccounts(tx, filter, page);
}

/** Sums of the counters by currency and code: the chart of accounts with its totals. */
export async function sumAccountsByCode(tx: SqlTx): ReturnType<typeof accounts.sumByCode> {
  return await accounts.sumByCode(tx);
}

/**
 * The four counters as they were at a past moment, by ledger time (`recorded`: what was known then) or by business
 * time (`effective`: what is known now about then). Index look-ups, whatever the ledger's size.
 */
export async function balancesAt(
  tx: SqlTx,
  accountIds: readonly string[],
  at: Date,
  by: "recorded" | "effective" = "recorded",
): Promise<Map<string, Balance>> {
  return await balances.findBalancesAt(tx, accountIds, at, by);
}

export async function getTransfer(tx: SqlTx, id: string): Promise<Transfer> {
  const [transfer] = await transfers.findTransfersById(tx, [id]);
  if (!transfer) throw notFound("ledger transfer");
  return transfer;
}

export type TransferQuery =
  | { ids: readonly string[] }
  | { journalId: string }
  | { cursor?: string | null; limit: number; direction?: "forward" | "backward" };

/** Transfers by ids, by journal, or all; the last pages by sequence, newest first by default. */
export async function listTransfers(tx: SqlTx, query: TransferQuery): Promise<Page<Transfer>> {
  if ("ids" in query) return { rows: await transfers.findTransfersById(tx, query.ids), nextCursor: null };
  if ("journalId" in query) {
    return { rows: await transfers.findTransfersByJournal(tx, query.journalId), nextCursor: null };
  }
  return await transfers.listTransfersBySeq(tx, query);
}

/** The history of one account with its counters after each transfer, by key, newest first by default. */
export async function listAccountTransfers(
  tx: SqlTx,
  accountId: string,
  page: transfers.HistoryPage,
): Promise<Page<AccountTransfer>> {
  return await transfers.listTransfersOfAccount(tx, accountId, page);
}

/** Pending transfers whose time is over, at most `limit` of them, but those that are to wait. For a worker. */
export async function listExpired(tx: SqlTx, limit: number, without: readonly string[]): Promise<string[]> {
  return await posting.listExpired(tx, limit, without);
}

/** Releases what these pending transfers still hold; those that were posted or voided meanwhile are left as they are. */
export async function expireThese(tx: SqlTx, ids: readonly string[]): Promise<void> {
  await posting.expireThese(tx, ids);
}

/** The number of the transfer that is sealed next; null when all are. */
export async function findNextToSeal(tx: SqlTx): Promise<bigint | null> {
  return await proof.findNextToSeal(tx);
}

/**
 * Seals the next transfers into one block of the hash chain; gives its height, or null when nothing can be sealed
 * yet. For one worker, called often: the first call of a round marks how far to go, the next ones seal.
 */
export async function sealNextBlock(tx: SqlTx, limit = 10_000): Promise<bigint | null> {
  return await proof.sealNextBlock(tx, limit);
}

/** The head of the chain, to be kept outside; null while nothing is sealed. */
export async function exportHead(tx: SqlTx): Promise<proof.Block | null> {
  return await proof.findHead(tx);
}
