/** One batch of a case: what of it this ledger can be asked, in its own words. */
import { type AccountEvent, createAccounts, postEvents, type TransferEvent } from "../repository/post-events";
import type { CaseAccount, CaseTransfer } from "./read-cases";
import type { ScratchLedger } from "./scratch-ledger";
import { amountOf, codeOf, currencyOf, effectiveOf, flagBits, timeoutOf, uuidOf } from "./translate-values";

export type Queued = { step: number; expect: string } & (
  | { kind: "account"; event: CaseAccount }
  | { kind: "transfer"; event: CaseTransfer }
);

/** What a case has created so far, as far as later events depend on it. */
export interface Memory {
  /** Ids that were created with the flag imported; it is not kept in the ledger. */
  imported: Set<string>;
  /** user_data_64 of transfers: a post or void without one takes the pending one's. */
  data64: Map<string, string>;
  /** UUIDs of accounts that the file marks with history. */
  withHistory: Set<string>;
}

export interface Answers {
  codes: { queued: Queued; code: string }[];
  /** Columns that this ledger does not have, once for each expectation that turns on one. */
  notAsked: string[];
  /** The same, once for each value that was dropped. */
  dropped: string[];
}

/** Sends the batch; events whose answer turns on an absent column stay out, and their whole chain with them. */
export async function sendBatch(
  ledger: ScratchLedger,
  batch: readonly Queued[],
  memory: Memory,
): Promise<Answers> {
  const answers: Answers = { codes: [], notAsked: [], dropped: [] };
  const sent: Queued[] = [];
  for (const chain of chainsOf(batch)) {
    const column = chain.map((item) => absentColumn(item, memory)).find((name) => name !== null);
    if (column) {
      for (const _ of chain) answers.notAsked.push(column);
    } else sent.push(...chain);
    for (const { kind, event } of chain) {
      for (const name of flagBits(kind, event.flags).unknown) answers.dropped.push(`${kind}.flags.${name}`);
      if (event.user_data_32 !== "0") answers.dropped.push(`${kind}.user_data_32`);
      if (isImported(event) && event.timestamp !== "0") answers.dropped.push(`${kind}.timestamp`);
    }
  }
  const codes = await send(ledger, sent, memory);
  sent.forEach((queued, index) => {
    const code = codes[index] ?? "no answer";
    answers.codes.push({ queued, code });
    if (code !== "created") return;
    const { id } = queued.event;
    if (isImported(queued.event)) memory.imported.add(`${queued.kind} ${id}`);
    if (queued.kind === "account" && queued.event.flags.includes("history")) {
      memory.withHistory.add(uuidOf(id));
    }
  });
  return answers;
}

const isImported = (event: CaseAccount | CaseTransfer) => event.flags.includes("imported");

function chainsOf(batch: readonly Queued[]): Queued[][] {
  const chains: Queued[][] = [];
  let open: Queued[] | null = null;
  for (const item of batch) {
    if (open) open.push(item);
    else {
      open = [item];
      chains.push(open);
    }
    if (!item.event.flags.includes("linked")) open = null;
  }
  return chains;
}

/** The column without which the ledger cannot give the expected answer; null when it can be asked. */
function absentColumn({ kind, event, expect }: Queued, memory: Memory): string | null {
  const strange = flagBits(kind, event.flags).unknown.find((name) => name !== "imported");
  if (strange) return `${kind}.flags.${strange}`;
  if (expect === "exists_with_different_user_data_32") return `${kind}.user_data_32`;
  if (expect.startsWith("imported_event_")) return `${kind}.flags.imported`;
  if (
    expect === "exists_with_different_flags" &&
    memory.imported.has(`${kind} ${event.id}`) !== isImported(event)
  ) {
    return `${kind}.flags.imported`;
  }
  return null;
}

async function send(ledger: ScratchLedger, sent: readonly Queued[], memory: Memory): Promise<string[]> {
  if (sent[0]?.kind === "account") {
    return await createAccounts(
      ledger.tx,
      sent.flatMap((item) => (item.kind === "account" ? [toAccountEvent(item.event)] : [])),
    );
  }
  // Events of one batch may resolve one another, so what would be created counts until the answers are there.
  const data64 = new Map(memory.data64);
  const events = sent.flatMap((item) => (item.kind === "transfer" ? [item.event] : []));
  const translated = events.map((event) => {
    const resolves =
      event.flags.includes("post_pending_transfer") || event.flags.includes("void_pending_transfer");
    const own =
      resolves && event.user_data_64 === "0" ? (data64.get(event.pending_id) ?? "0") : event.user_data_64;
    if (!data64.has(event.id)) data64.set(event.id, own);
    return { id: event.id, own, event: toTransferEvent(event, own) };
  });
  const codes = await postEvents(
    ledger.tx,
    translated.map(({ event }) => event),
  );
  translated.forEach(({ id, own }, index) => {
    if (codes[index] === "created") memory.data64.set(id, own);
  });
  return codes;
}

function toAccountEvent(event: CaseAccount): AccountEvent {
  const none = (value: string) => (value === "0" ? null : value);
  return {
    id: uuidOf(event.id),
    currency: currencyOf(event.ledger),
    code: codeOf(event.code),
    owner_ref: none(event.user_data_128),
    program_ref: event.user_data_64 === "0" ? null : uuidOf(event.user_data_64),
    flags: flagBits("account", event.flags).bits,
    recorded_at: isImported(event) ? "0" : event.timestamp,
    reserved: event.reserved,
    debits_pending: event.debits_pending,
    debits_posted: event.debits_posted,
    credits_pending: event.credits_pending,
    credits_posted: event.credits_posted,
  };
}

function toTransferEvent(event: CaseTransfer, data64: string): TransferEvent {
  return {
    id: uuidOf(event.id),
    debit: uuidOf(event.debit_account_id),
    credit: uuidOf(event.credit_account_id),
    amount: amountOf(event.amount),
    code: codeOf(event.code),
    flags: flagBits("transfer", event.flags).bits,
    pending: uuidOf(event.pending_id),
    timeout: timeoutOf(event.timeout),
    currency: currencyOf(event.ledger),
    journal: event.user_data_128 === "0" ? null : uuidOf(event.user_data_128),
    effective: effectiveOf(data64),
    recorded: isImported(event) || event.timestamp === "0" ? null : new Date(1),
  };
}
