/**
 * The ledger's meaning once more, in memory and event by event, for tests to compare the database with. It shares
 * nothing with the SQL but the names of results and the order in which TigerBeetle checks.
 */
import { TRANSFER_FLAGS as F, type ResultCode, TRANSIENT_CODES } from "./constants";
import type { TransferEvent } from "./repository/post-events";
import type { Balance } from "./types";

const ZERO = "00000000-0000-0000-0000-000000000000";
const TOP = "ffffffff-ffff-ffff-ffff-ffffffffffff";
const MAX = 9_223_372_036_854_775_807n;
const LAST_MOMENT = BigInt(Date.UTC(9999, 11, 31)) * 1000n;
const RESOLVES = F.post_pending | F.void_pending;

export interface ModelAccount extends Balance {
  id: string;
  currency: string;
  flags: number;
  closed: boolean;
}

export interface ModelTransfer {
  id: string;
  debit: string;
  credit: string;
  amount: bigint;
  code: number;
  flags: number;
  pending: string | null;
  timeout: number;
  journal: string | null;
  /** Microseconds since 1970; null stands for the ledger's own time. */
  effective: bigint | null;
  /** When it was recorded, in microseconds since 1970. */
  at: bigint;
  pendingDelta: bigint;
  postedDelta: bigint;
}

interface State {
  accounts: Map<string, ModelAccount>;
  transfers: Map<string, ModelTransfer>;
  /** Pending id to the flags of what resolved it. */
  resolved: Map<string, number>;
}

export class LedgerModel {
  private state: State = { accounts: new Map(), transfers: new Map(), resolved: new Map() };
  private readonly failed = new Set<string>();

  get accounts(): ReadonlyMap<string, ModelAccount> {
    return this.state.accounts;
  }
  get transfers(): ReadonlyMap<string, ModelTransfer> {
    return this.state.transfers;
  }
  get failedIds(): ReadonlySet<string> {
    return this.failed;
  }

  addAccount(id: string, currency: string, flags: number): void {
    this.state.accounts.set(id, {
      id,
      currency,
      flags,
      closed: false,
      debitsPending: 0n,
      debitsPosted: 0n,
      creditsPending: 0n,
      creditsPosted: 0n,
    });
  }

  /** Pending transfers that nothing has resolved, newest first. */
  openPending(): string[] {
    return [...this.state.transfers.values()]
      .filter((transfer) => transfer.flags & F.pending && !this.state.resolved.has(transfer.id))
      .map((transfer) => transfer.id)
      .reverse();
  }

  /** Posts a batch at `now` (microseconds since 1970). */
  post(events: readonly TransferEvent[], now: bigint): ResultCode[] {
    const results: ResultCode[] = [];
    for (let first = 0; first < events.length; ) {
      let last = first;
      while (last < events.length - 1 && (events[last]?.flags ?? 0) & F.linked) last++;
      this.postChain(events, first, last, now, results);
      first = last + 1;
    }
    return results;
  }

  private postChain(
    events: readonly TransferEvent[],
    first: number,
    last: number,
    now: bigint,
    results: ResultCode[],
  ): void {
    const before = structuredClone(this.state);
    const open = last === events.length - 1 && ((events[last]?.flags ?? 0) & F.linked) !== 0;
    let failedAt: number | null = null;
    for (let index = first; index <= last; index++) {
      const event = events[index] as TransferEvent;
      let code: ResultCode;
      if (open && index === last) code = "linked_event_chain_open";
      else if (failedAt !== null) code = "linked_event_failed";
      else code = this.postOne(event, now + BigInt(index + 1), now);
      results.push(code);
      if (code !== "created" && failedAt === null) failedAt = index;
    }
    if (failedAt === null) return;
    const code = results[failedAt] as ResultCode;
    if (last > first) {
      this.state = before;
      for (let index = first; index < failedAt; index++) results[index] = "linked_event_failed";
    }
    const id = events[failedAt]?.id;
    if (id && TRANSIENT_CODES.has(code)) this.failed.add(id);
  }

  /** Releases what expired by `now`, oldest deadline first, at most `limit`; gives the pending ids. */
  expire(now: bigint, limit: number): string[] {
    const due = [...this.state.transfers.values()]
      .filter(
        (t) => t.flags & F.pending && t.timeout > 0 && !this.state.resolved.has(t.id) && deadline(t) <= now,
      )
      .sort((a, b) => (deadline(a) === deadline(b) ? Number(a.at - b.at) : Number(deadline(a) - deadline(b))))
      .slice(0, limit);
    for (const transfer of due) {
      const debit = this.state.accounts.get(transfer.debit) as ModelAccount;
      const credit = this.state.accounts.get(transfer.credit) as ModelAccount;
      debit.debitsPending -= transfer.amount;
      credit.creditsPending -= transfer.amount;
      if (transfer.flags & F.closing_debit) debit.closed = false;
      if (transfer.flags & F.closing_credit) credit.closed = false;
      this.state.resolved.set(transfer.id, F.expiry);
    }
    return due.map((transfer) => transfer.id);
  }

  private postOne(event: TransferEvent, at: bigint, now: bigint): ResultCode {
    const { accounts, transfers } = this.state;
    const flags = event.flags;
    const id = event.id;
    const given = (value: string | null | undefined) => (value && value !== ZERO ? value : null);
    const debitId = given(event.debit);
    const creditId = given(event.credit);
    const pendingId = given(event.pending);
    const timeout = event.timeout ?? 0;
    const currency = event.currency ?? null;
    const effective = event.effective ? BigInt(event.effective.getTime()) * 1000n : null;
    const resolves = (flags & RESOLVES) !== 0;
    const pending = resolves && pendingId ? transfers.get(pendingId) : undefined;
    const amount = amountOf(event, pending);

    if (flags & ~255) return "reserved_flag";
    if (id === ZERO) return "id_must_not_be_zero";
    if (id === TOP) return "id_must_not_be_int_max";
    const known = transfers.get(id);
    if (known) return compare();
    if (this.failed.has(id)) return "id_already_failed";
    if ((flags & RESOLVES) === RESOLVES || (resolves && flags & 242)) return "flags_are_mutually_exclusive";
    if (resolves) {
      if (!pendingId) return "pending_id_must_not_be_zero";
      if (pendingId === TOP) return "pending_id_must_not_be_int_max";
      if (pendingId === id) return "pending_id_must_be_different";
    } else {
      if (!debitId) return "debit_account_id_must_not_be_zero";
      if (debitId === TOP) return "debit_account_id_must_not_be_int_max";
      if (!creditId) return "credit_account_id_must_not_be_zero";
      if (creditId === TOP) return "credit_account_id_must_not_be_int_max";
      if (debitId === creditId) return "accounts_must_be_different";
      if (pendingId) return "pending_id_must_be_zero";
    }
    if (!(flags & F.pending) && timeout !== 0) return "timeout_reserved_for_pending_transfer";
    if (timeout < 0) return "timeout_must_not_be_negative";
    if (!(flags & F.pending) && flags & (F.closing_debit | F.closing_credit))
      return "closing_transfer_must_be_pending";
    if (resolves && !pending) return "pending_transfer_not_found";
    if (pending) {
      if (!(pending.flags & F.pending)) return "pending_transfer_not_pending";
      if (debitId && debitId !== pending.debit) return "pending_transfer_has_different_debit_account_id";
      if (creditId && creditId !== pending.credit) return "pending_transfer_has_different_credit_account_id";
      if (currency && currency !== accounts.get(pending.debit)?.currency) {
        return "pending_transfer_has_different_ledger";
      }
      if (event.code !== 0 && event.code !== pending.code) return "pending_transfer_has_different_code";
    }
    if (amount === null || amount < 0n) return "amount_must_not_be_negative";
    if (pending) {
      if (amount > pending.amount) return "exceeds_pending_transfer_amount";
      if (flags & F.void_pending && amount !== pending.amount) return "pending_transfer_has_different_amount";
      const resolution = this.state.resolved.get(pending.id);
      if (resolution && resolution & F.post_pending) return "pending_transfer_already_posted";
      if (resolution && resolution & F.void_pending) return "pending_transfer_already_voided";
      if (resolution || (pending.timeout > 0 && deadline(pending) <= now)) return "pending_transfer_expired";
    } else {
      if (currency === "") return "ledger_must_not_be_zero";
      if (event.code <= 0) return "code_must_not_be_zero";
    }
    const debit = accounts.get(pending ? pending.debit : (debitId ?? ""));
    const credit = accounts.get(pending ? pending.credit : (creditId ?? ""));
    if (!debit) return "debit_account_not_found";
    if (!credit) return "credit_account_not_found";
    if (debit.currency !== credit.currency) return "accounts_must_have_the_same_ledger";
    if (!resolves && currency !== null && currency !== debit.currency) {
      return "transfer_must_have_the_same_ledger_as_accounts";
    }
    if (!(flags & F.void_pending)) {
      if (debit.closed) return "debit_account_already_closed";
      if (credit.closed) return "credit_account_already_closed";
    }
    let moved = amount;
    if (!resolves) {
      const atLeastZero = (value: bigint) => (value < 0n ? 0n : value);
      const least = (a: bigint, b: bigint) => (a < b ? a : b);
      if (flags & F.balancing_debit) {
        moved = least(moved, atLeastZero(debit.creditsPosted - debit.debitsPosted - debit.debitsPending));
      }
      if (flags & F.balancing_credit) {
        moved = least(moved, atLeastZero(credit.debitsPosted - credit.creditsPosted - credit.creditsPending));
      }
      if (flags & F.pending && moved + debit.debitsPending > MAX) return "overflows_debits_pending";
      if (flags & F.pending && moved + credit.creditsPending > MAX) return "overflows_credits_pending";
      if (moved + debit.debitsPosted > MAX) return "overflows_debits_posted";
      if (moved + credit.creditsPosted > MAX) return "overflows_credits_posted";
      if (moved + debit.debitsPosted + debit.debitsPending > MAX) return "overflows_debits";
      if (moved + credit.creditsPosted + credit.creditsPending > MAX) return "overflows_credits";
      if (timeout > 0 && now + BigInt(timeout) * 1_000_000n >= LAST_MOMENT) return "overflows_timeout";
      if (debit.flags & 2 && debit.debitsPending + debit.debitsPosted + moved > debit.creditsPosted) {
        return "exceeds_credits";
      }
      if (credit.flags & 4 && credit.creditsPending + credit.creditsPosted + moved > credit.debitsPosted) {
        return "exceeds_debits";
      }
    }

    const pendingDelta = flags & F.pending ? moved : pending ? -pending.amount : 0n;
    const postedDelta = flags & (F.pending | F.void_pending) ? 0n : moved;
    debit.debitsPending += pendingDelta;
    credit.creditsPending += pendingDelta;
    debit.debitsPosted += postedDelta;
    credit.creditsPosted += postedDelta;
    if (pending) {
      this.state.resolved.set(pending.id, flags);
      if (flags & F.void_pending) {
        if (pending.flags & F.closing_debit) debit.closed = false;
        if (pending.flags & F.closing_credit) credit.closed = false;
      }
    }
    if (flags & F.closing_debit) debit.closed = true;
    if (flags & F.closing_credit) credit.closed = true;
    transfers.set(id, {
      id,
      debit: debit.id,
      credit: credit.id,
      amount: moved,
      code: pending ? pending.code : event.code,
      flags,
      pending: pendingId,
      timeout,
      journal: event.journal ?? pending?.journal ?? null,
      effective,
      at,
      pendingDelta,
      postedDelta,
    });
    return "created";

    function compare(): ResultCode {
      if (!known) throw new Error("compares with a known transfer only");
      if (known.flags !== flags) return "exists_with_different_flags";
      if (known.pending !== pendingId) return "exists_with_different_pending_id";
      if (known.timeout !== timeout) return "exists_with_different_timeout";
      if (!(resolves && !debitId) && known.debit !== debitId) return "exists_with_different_debit_account_id";
      if (!(resolves && !creditId) && known.credit !== creditId)
        return "exists_with_different_credit_account_id";
      const flexible = (flags & (F.balancing_debit | F.balancing_credit)) !== 0;
      if (flexible) {
        if (event.amount !== null && event.amount < known.amount) return "exists_with_different_amount";
      } else if ((resolves ? amount : event.amount) !== known.amount) return "exists_with_different_amount";
      const journal = event.journal ?? (resolves ? (pending?.journal ?? null) : null);
      if (known.journal !== journal) return "exists_with_different_journal_id";
      if (known.effective !== effective) return "exists_with_different_effective_at";
      const mine = accounts.get(known.debit)?.currency;
      if (currency !== null && !(resolves && currency === "") && currency !== mine)
        return "exists_with_different_ledger";
      if (!(resolves && event.code === 0) && known.code !== event.code) return "exists_with_different_code";
      return "exists";
    }
  }
}

function deadline(transfer: ModelTransfer): bigint {
  return transfer.at + BigInt(transfer.timeout) * 1_000_000n;
}

function amountOf(event: TransferEvent, pending: ModelTransfer | undefined): bigint | null {
  if (event.flags & F.post_pending && (event.amount === null || event.amount === MAX))
    return pending?.amount ?? null;
  if (event.flags & F.void_pending && (event.amount ?? 0n) === 0n) return pending?.amount ?? null;
  return event.amount;
}
