/** Runs random batches on the database and on the model; throws at the first difference. */
import fc from "fast-check";
import { expect } from "vitest";
import type { SqlTx } from "@/server/platform/db";
import { TRANSFER_FLAGS as F } from "../constants";
import { LedgerModel } from "../model";
import { createAccounts, expirePending, postEvents, type TransferEvent } from "../repository/post-events";
import { findBalancesAt } from "../repository/read-balances";
import { type EventDraft, QUIET_ACCOUNTS, type Step, step } from "./random-batches";

let space = 0;
let clock = Date.UTC(2026, 0, 1);

export interface Comparison {
  operations: number;
  /** How often each result was given. */
  seen: Map<string, number>;
}

/** `owner` owns the ledger's schema and is one connection: the comparison takes over the ledger's clock. */
export async function compareWithModel(
  owner: SqlTx,
  options: { operations: number; seed: number },
): Promise<Comparison> {
  await owner.query(`create or replace function ledger.clock() returns timestamptz language sql volatile
    as $$ select current_setting('test.now')::timestamptz $$`);
  await owner.query("set synchronous_commit = off");
  const seen = new Map<string, number>();
  let done = 0;
  for (let round = 0; done < options.operations; round++) {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60, size: "max" }), async (steps) => {
        done += await compare(owner, steps, seen);
      }),
      { seed: options.seed + round, numRuns: 10, endOnFailure: true },
    );
  }
  return { operations: done, seen };
}

const uuid = (high: number, low: number) =>
  `${high.toString(16).padStart(8, "0")}-0000-0000-0000-${low.toString(16).padStart(12, "0")}`;

/** Runs the steps on both sides in a fresh set of accounts; throws at the first difference. Gives how many events. */
async function compare(tx: SqlTx, steps: readonly Step[], seen: Map<string, number>): Promise<number> {
  space++;
  const account = (n: number) =>
    n < 0
      ? "ffffffff-ffff-ffff-ffff-ffffffffffff"
      : n === 0
        ? "00000000-0000-0000-0000-000000000000"
        : uuid(space, n);
  const model = new LedgerModel();
  const specs = [0, 0, 2, 2, 4, 8, 0].map((accountFlags, i) => ({
    id: account(i + 1),
    currency: i === 6 ? "USD" : "EUR",
    code: 1,
    flags: accountFlags,
  }));
  for (let n: number = QUIET_ACCOUNTS.first; n <= QUIET_ACCOUNTS.last; n++) {
    specs.push({ id: account(n), currency: "EUR", code: 1, flags: 0 });
  }
  // An hour later everything that an earlier run left open has expired.
  clock += 3_600_000;
  let now = clock;
  await tx.query(`select set_config('test.now', $1, false)`, [new Date(now).toISOString()]);
  await expirePending(tx, 1_000_000);
  await createAccounts(tx, specs);
  for (const spec of specs) model.addAccount(spec.id, spec.currency, spec.flags);

  const ids: string[] = [];
  let count = 0;
  const sent: TransferEvent[] = [];
  const resolve = (draft: EventDraft): TransferEvent => {
    const earlier = draft.repeat ? sent.at(-draft.repeat.back) : undefined;
    const next =
      earlier && draft.repeat ? { ...earlier, ...tweaks(draft)[draft.repeat.tweak] } : fresh(draft);
    sent.push(next);
    return next;
  };
  const tweaks = (draft: EventDraft): Partial<TransferEvent>[] => [
    { code: 3 },
    { currency: "USD" },
    { journal: uuid(space, 3) },
    { effective: new Date(clock - 7_000) },
    { amount: 31n },
    { timeout: 9 },
    { pending: ids[0] ?? null },
    { debit: account(draft.debit) },
    { credit: account(draft.credit) },
    { flags: draft.flags },
  ];
  const fresh = (draft: EventDraft): TransferEvent => {
    let id: string;
    if (draft.id.back === 0 || ids.length === 0) {
      id = uuid(space, 1000 + ids.length);
      ids.push(id);
    } else if (draft.id.back < 0) id = account(draft.id.back === -1 ? -1 : 0);
    else id = ids.at(-draft.id.back) ?? (ids[0] as string);
    let pending: string | null = null;
    if (draft.pending) {
      const open = model.openPending();
      if (draft.pending.back < 0) pending = ids.at(-2) ?? null;
      else pending = open[draft.pending.back] ?? ids.at(-1 - draft.pending.back) ?? null;
      if (draft.plain === 2) pending = account(-1);
    }
    const resolves = (draft.flags & (F.post_pending | F.void_pending)) !== 0;
    const known = resolves && draft.likePending === 1 ? model.transfers.get(pending ?? "") : undefined;
    const bare = resolves && draft.likePending === 0;
    return {
      id,
      debit: bare ? null : (known?.debit ?? account(draft.debit)),
      credit: bare
        ? null
        : draft.plain === 3
          ? account(draft.credit)
          : (known?.credit ?? account(draft.credit)),
      amount: draft.flags & F.void_pending && draft.plain > 5 ? null : draft.amount,
      code: bare ? 0 : draft.plain === 4 ? 5 : (known?.code ?? draft.code),
      flags: draft.flags,
      pending,
      timeout: draft.timeout,
      currency: draft.currency,
      journal: draft.journal === null ? null : uuid(space, draft.journal),
      effective: draft.effective === null ? null : new Date(now + draft.effective * 1000),
    };
  };

  for (const current of steps) {
    if (current.kind === "wait") {
      now += current.ms;
      await tx.query(`select set_config('test.now', $1, false)`, [new Date(now).toISOString()]);
    } else if (current.kind === "expire") {
      const expected = model.expire(BigInt(now) * 1000n, 1_000_000).length;
      expect(await expirePending(tx, 1_000_000)).toBe(expected);
    } else {
      const events = current.events.map(resolve);
      const expected = model.post(events, BigInt(now) * 1000n);
      const actual = await postEvents(tx, events);
      expect(actual).toEqual(expected);
      for (const code of actual) seen.set(code, (seen.get(code) ?? 0) + 1);
      count += events.length;
    }
  }
  await compareState(
    tx,
    model,
    specs.map((spec) => spec.id),
    ids,
    now,
  );
  return count;
}

interface StoredRow {
  id: string;
  debit: string;
  credit: string;
  amount: bigint;
  code: number;
  flags: number;
  pending: string | null;
  timeout: number;
  journal: string | null;
  effective: bigint;
  at: bigint;
}

async function compareState(
  tx: SqlTx,
  model: LedgerModel,
  accountIds: string[],
  ids: string[],
  now: number,
): Promise<void> {
  const counters = await tx.query<{ id: string; closed: boolean; c: bigint[] }>(
    `select id, closed, array[debits_pending, debits_posted, credits_pending, credits_posted] as c
     from ledger.account where id = any($1)`,
    [accountIds],
  );
  expect(
    Object.fromEntries(counters.rows.map((row) => [row.id, [row.closed, ...row.c.map(String)]])),
  ).toEqual(
    Object.fromEntries(
      [...model.accounts.values()].map((a) => [
        a.id,
        [a.closed, ...[a.debitsPending, a.debitsPosted, a.creditsPending, a.creditsPosted].map(String)],
      ]),
    ),
  );
  const stored = await tx.query<StoredRow>(
    `select t.id, d.id as debit, c.id as credit, amount, t.code, t.flags & 255 as flags, pending_id as pending,
       timeout_seconds as timeout, journal_id as journal, (extract(epoch from effective_at) * 1000000)::bigint as effective,
       (extract(epoch from recorded_at) * 1000000)::bigint as at
     from ledger.transfer t join ledger.account d on d.no = debit_no join ledger.account c on c.no = credit_no
     where t.id = any($1) order by seq`,
    [ids],
  );
  expect(
    stored.rows.map((row) => ({
      ...row,
      effective: row.effective === row.at ? null : row.effective,
      at: 0n,
    })),
  ).toEqual(
    [...model.transfers.values()].map(({ pendingDelta: _p, postedDelta: _q, ...t }) => ({ ...t, at: 0n })),
  );
  const failed = await tx.query<{ id: string }>(
    "select id from ledger.failed_id where id = any($1) order by id",
    [ids],
  );
  expect(failed.rows.map((row) => row.id)).toEqual([...model.failedIds].sort());

  // Past balances, each computed from all rows of the account, expiries included.
  const all = await tx.query<{
    debit: string;
    credit: string;
    at: bigint;
    effective: bigint;
    dp: bigint;
    dq: bigint;
  }>(
    `select d.id as debit, c.id as credit, (extract(epoch from recorded_at) * 1000000)::bigint as at,
       (extract(epoch from effective_at) * 1000000)::bigint as effective,
       case when t.flags & 2 <> 0 then amount when pending_id is not null
         then -(select amount from ledger.transfer p where p.id = t.pending_id) else 0 end as dp,
       case when t.flags & 4106 = 0 then amount else 0 end as dq
     from ledger.transfer t join ledger.account d on d.no = debit_no join ledger.account c on c.no = credit_no
     where d.id = any($1) order by seq`,
    [accountIds],
  );
  // Of the quiet accounts a few will do: every balance is a call of its own.
  const some = accountIds.slice(0, 11);
  for (const back of [0, 1_000, 4_000, 30_000_000, 70_000_000]) {
    const moment = new Date(now - back);
    const micros = BigInt(moment.getTime()) * 1000n;
    for (const by of ["recorded", "effective"] as const) {
      const sums = new Map(
        some.map((id) => [
          id,
          { debitsPending: 0n, debitsPosted: 0n, creditsPending: 0n, creditsPosted: 0n },
        ]),
      );
      for (const leg of all.rows) {
        if ((by === "recorded" ? leg.at : leg.effective) > micros) continue;
        const debit = sums.get(leg.debit);
        const credit = sums.get(leg.credit);
        if (debit) {
          debit.debitsPending += leg.dp;
          debit.debitsPosted += leg.dq;
        }
        if (credit) {
          credit.creditsPending += leg.dp;
          credit.creditsPosted += leg.dq;
        }
      }
      const found = await findBalancesAt(tx, some, moment, by);
      expect(found, `${by} ${moment.toISOString()}`).toEqual(sums);
    }
  }
}
