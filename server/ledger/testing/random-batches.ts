/** Random batches of every kind, odd ones included, for comparing the database with the model. */
import fc from "fast-check";
import { TRANSFER_FLAGS as F } from "../constants";

const MAX = 9_223_372_036_854_775_807n;

/** What a generated event refers to: a fresh id, or one so many steps back. */
type Ref = { back: number };

export interface EventDraft {
  id: Ref;
  debit: number;
  credit: number;
  amount: bigint | null;
  code: number;
  flags: number;
  pending: Ref | null;
  timeout: number;
  currency: string | null;
  journal: number | null;
  effective: number | null;
  /** 0 to 29; small numbers make the event odd in one way or another. */
  plain: number;
  /** Sends again what was sent so many events ago, as it was or with one field changed. */
  repeat: { back: number; tweak: number } | null;
  /** For what resolves: 0 leaves accounts, code and currency out, 1 sends the pending one's, 2 its own. */
  likePending: number;
}

export type Step =
  | { kind: "batch"; events: EventDraft[] }
  | { kind: "wait"; ms: number }
  | { kind: "expire" };

const flags = fc.oneof(
  { weight: 45, arbitrary: fc.constant(0) },
  { weight: 22, arbitrary: fc.constant<number>(F.pending) },
  { weight: 14, arbitrary: fc.constant<number>(F.post_pending) },
  { weight: 9, arbitrary: fc.constant<number>(F.void_pending) },
  {
    weight: 4,
    arbitrary: fc.constantFrom<number>(F.balancing_debit, F.balancing_credit, F.balancing_debit | F.pending),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom<number>(F.pending | F.closing_debit, F.pending | F.closing_credit),
  },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 511 }) },
);

const event: fc.Arbitrary<EventDraft> = fc
  .noBias(
    fc.record({
      id: fc.oneof(
        { weight: 12, arbitrary: fc.constant({ back: 0 }) },
        { weight: 2, arbitrary: fc.record({ back: fc.integer({ min: -2, max: 12 }) }) },
      ),
      debit: fc.oneof(
        { weight: 40, arbitrary: fc.integer({ min: 1, max: 6 }) },
        { weight: 1, arbitrary: fc.integer({ min: -1, max: 9 }) },
      ),
      credit: fc.oneof(
        { weight: 40, arbitrary: fc.integer({ min: 1, max: 6 }) },
        { weight: 1, arbitrary: fc.integer({ min: -1, max: 9 }) },
      ),
      amount: fc.oneof(
        { weight: 90, arbitrary: fc.bigInt({ min: 0n, max: 30n }) },
        { weight: 2, arbitrary: fc.constant(null) },
        { weight: 1, arbitrary: fc.bigInt({ min: MAX - 60n, max: MAX }) },
        { weight: 1, arbitrary: fc.constant(-1n) },
      ),
      code: fc.constantFrom(1, 1, 1, 1, 2, 0),
      flags,
      linked: fc.integer({ min: 0, max: 9 }),
      pending: fc.option(fc.record({ back: fc.integer({ min: -1, max: 4 }) }), { freq: 12 }),
      timeout: fc.constantFrom(0, 0, 0, 1, 2, 5),
      currency: fc.constantFrom(null, null, null, null, null, null, "EUR", "USD", ""),
      journal: fc.constantFrom(null, null, 1, 2),
      effective: fc.option(fc.integer({ min: -90_000, max: 40 }), { freq: 2 }),
      plain: fc.integer({ min: 0, max: 29 }),
      repeat: fc.oneof(
        { weight: 8, arbitrary: fc.constant(null) },
        {
          weight: 1,
          arbitrary: fc.record({
            back: fc.integer({ min: 1, max: 40 }),
            tweak: fc.integer({ min: 0, max: 15 }),
          }),
        },
      ),
      likePending: fc.integer({ min: 0, max: 2 }),
      apart: fc.integer({ min: 0, max: 30 }),
    }),
  )
  .map(({ linked, apart, ...draft }) => {
    const resolves = (draft.flags & (F.post_pending | F.void_pending)) !== 0;
    const usual = draft.plain > 1;
    return {
      ...draft,
      credit: usual && apart > 0 && draft.credit === draft.debit ? (draft.credit % 6) + 1 : draft.credit,
      currency: usual && draft.plain > 5 ? null : draft.currency,
      flags: draft.flags | (linked === 0 ? F.linked : 0),
      pending: (resolves && draft.plain !== 7) || !usual ? (draft.pending ?? { back: 0 }) : null,
      timeout: draft.flags & F.pending || !usual ? draft.timeout : 0,
      code: draft.code || (usual ? 1 : 0),
      amount: draft.amount === null && usual && !resolves ? 1n : draft.amount,
    };
  });

/** Accounts without limits, which only the usual batches below use: a hot account needs many different ones against it. */
export const QUIET_ACCOUNTS = { first: 20, last: 35 } as const;

/**
 * The usual batch of an installation: fresh ids, nothing odd, mostly one hot account against different ones on either
 * side. These take the ledger's short paths, which random ones seldom do.
 */
const usualBatch: fc.Arbitrary<EventDraft[]> = fc
  .record({
    hot: fc.constantFrom(1, 1, 2, 6, 3, 5),
    hotIsDebit: fc.boolean(),
    others: fc.oneof(
      {
        weight: 3,
        arbitrary: fc.uniqueArray(fc.integer({ min: QUIET_ACCOUNTS.first, max: QUIET_ACCOUNTS.last }), {
          minLength: 1,
          maxLength: 16,
          size: "max",
        }),
      },
      {
        weight: 2,
        arbitrary: fc.array(fc.integer({ min: QUIET_ACCOUNTS.first, max: QUIET_ACCOUNTS.first + 4 }), {
          minLength: 1,
          maxLength: 16,
          size: "max",
        }),
      },
    ),
    spread: fc.integer({ min: 0, max: 4 }),
    turning: fc.integer({ min: 0, max: 3 }),
    amounts: fc.array(fc.bigInt({ min: 0n, max: 9n }), { minLength: 16, maxLength: 16 }),
    pending: fc.array(fc.constantFrom(0, 0, 0, F.pending), { minLength: 16, maxLength: 16 }),
    timeout: fc.constantFrom(0, 0, 2),
    // Seconds of business time: of the moment, the same for all, rising, or falling.
    time: fc.constantFrom<[number, number] | null>(
      null,
      null,
      null,
      [0, 0],
      [-3, 0],
      [-20, 1],
      [5, 0],
      [0, -2],
    ),
  })
  .map(({ hot, hotIsDebit, others, spread, turning, amounts, pending, timeout, time }) =>
    others.map((other, n): EventDraft => {
      // Now and then the hot account is not the only one on its side.
      const own =
        spread === 0 && n % 3 === 2 ? QUIET_ACCOUNTS.last - (other === QUIET_ACCOUNTS.last ? 1 : 0) : hot;
      // Now and then money goes back and forth, so that only the end of the batch is within the hot account's limit.
      const fromOwn = turning === 0 && n % 2 === 1 ? !hotIsDebit : hotIsDebit;
      const flags = pending[n] ?? 0;
      return {
        id: { back: 0 },
        debit: fromOwn ? own : other,
        credit: fromOwn ? other : own,
        amount: amounts[n] ?? 1n,
        code: 1,
        flags,
        pending: null,
        timeout: flags === 0 ? 0 : timeout,
        currency: null,
        journal: n % 4 === 0 ? 1 : null,
        effective: time ? time[0] + time[1] * n : null,
        plain: 29,
        repeat: null,
        likePending: 2,
      };
    }),
  );

export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("batch" as const),
      events: fc.array(event, { minLength: 1, maxLength: 30, size: "max" }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("batch" as const),
      events: fc.array(event, { minLength: 1, maxLength: 2 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant("batch" as const), events: usualBatch }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.constantFrom(17, 1_300, 2_600) }),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: "expire" }) },
);
