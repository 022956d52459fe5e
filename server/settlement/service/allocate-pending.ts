/** The allocator: captured payments and refunds of a program become legs, and their money leaves clearing. */
import { accountIdFor, ensureAccounts, postJournal } from "@/server/ledger/service";
import type { TransferInput } from "@/server/ledger/types";
import { now } from "@/server/platform/clock";
import { type SqlTx, withScope } from "@/server/platform/db";
import { newId } from "@/server/platform/ids";
import { isOutage, type JobRound } from "@/server/platform/job-items";
import { formatMicros, microsPerMinor, minorDigits } from "@/server/platform/money";
import { emit } from "@/server/platform/outbox";
import { mintSystemScope } from "@/server/platform/scope";
import { ALLOCATION_BATCH } from "../constants";
import { getProgram, lockProgram, type SettlementProgram } from "../repository/read-program";
import * as allocation from "../repository/write-allocation";
import { raiseException, resolveException } from "../repository/write-exception";
import type { BatchResult } from "../rules/gather-batch";
import type { Move } from "../rules/group-moves";
import { clearingAccount, partyAccount } from "../rules/name-accounts";
import { placePayments, reverseRefunds, type SplitFailure, splitPayments } from "../rules/split-batch";
import { type GoverningVersion, readGoverningVersions, readPartyIds } from "./compile-version";

export interface AllocationProgress {
  payments: number;
  refunds: number;
  /** Captured payments that cannot be allocated yet; each kind has an open exception. */
  waiting: number;
}

/** The allocator as a job: what of it cannot be done is recorded under this name, payment by payment. */
export const ALLOCATE_JOB = "settlement.allocate";
/** So many single payments may fail one after the other before the program is left to the next round. */
const MOST_FAILURES_IN_A_ROW = 3;

/**
 * Allocates what is captured and refunded, in the order of capture, until nothing is left or about `limit` payments
 * are done. Each batch is one transaction: legs, running bases, sums, one journal, and the marks on the payments; so a
 * process may end at any moment and another goes on. One allocator works on a program at a time.
 *
 * With a `round`, a payment or refund that cannot be split is recorded there and waits in clearing for its next try,
 * while those after it are split; it takes its place on the running bases when it is allocated. Otherwise the first
 * failure is thrown. What `without` names is left where it is. For a history that is made after the fact, `promptSeconds`
 * marks each as split so long after its capture, as a worker that looks every second would have, and never later than now.
 */
export async function allocatePending(
  programId: string,
  limit: number = Number.POSITIVE_INFINITY,
  {
    round = null,
    without = [],
    promptSeconds = null,
  }: { round?: JobRound | null; without?: readonly string[]; promptSeconds?: number | null } = {},
): Promise<AllocationProgress> {
  const held = new Set([...without, ...(round?.waiting ?? [])]);
  const all = Number.POSITIVE_INFINITY;
  const payments = await drain("payment", { programId, limit, promptSeconds }, round, held);
  const refunds = await drain("refund", { programId, limit: all, promptSeconds }, round, held);
  const waiting = payments < limit ? await withScope(system(), (tx) => reportWaiting(tx, programId)) : 0;
  return { payments, refunds, waiting };
}

type Kind = "payment" | "refund";

interface Taken {
  ids: string[];
  failed: { id: string; error: unknown }[];
}

/** Batch by batch; where one fails, half of it, down to the one that cannot be done. */
async function drain(
  kind: Kind,
  { programId, limit, promptSeconds }: { programId: string; limit: number; promptSeconds: number | null },
  round: JobRound | null,
  held: Set<string>,
): Promise<number> {
  let done = 0;
  let size = ALLOCATION_BATCH;
  let failuresInARow = 0;
  while (done < limit) {
    const take = Math.min(size, limit - done);
    const taken: Taken = { ids: [], failed: [] };
    try {
      await withScope(system(), (tx) =>
        allocateBatch(tx, kind, { programId, take, held: [...held], promptSeconds }, taken, round),
      );
    } catch (error) {
      const [only] = taken.ids;
      if (!round || isOutage(error) || only === undefined) throw error;
      if (taken.ids.length > 1) {
        size = Math.ceil(taken.ids.length / 2);
        continue;
      }
      await round.fail({ id: only, programId }, error);
      held.add(only);
      failuresInARow += 1;
      if (failuresInARow >= MOST_FAILURES_IN_A_ROW) return done;
      continue;
    }
    for (const { id, error } of taken.failed) {
      await round?.fail({ id, programId }, error);
      held.add(id);
    }
    const failed = new Set(taken.failed.map(({ id }) => id));
    const split = taken.ids.filter((id) => !failed.has(id));
    await round?.succeed(split);
    done += split.length;
    if (split.length > 0) failuresInARow = 0;
    if (taken.ids.length < take) return done;
    size = Math.min(ALLOCATION_BATCH, size * 2);
  }
  return done;
}

const system = () => mintSystemScope("allocator");

async function allocateBatch(
  tx: SqlTx,
  kind: Kind,
  next: { programId: string; take: number; held: readonly string[]; promptSeconds: number | null },
  taken: Taken,
  round: JobRound | null,
): Promise<void> {
  const { programId, take, held, promptSeconds } = next;
  await lockProgram(tx, programId);
  const program = await getProgram(tx, programId);
  // The transaction may be tried again after a deadlock.
  taken.failed = [];
  if (kind === "refund") {
    const refunds = await allocation.takeRefunds(tx, programId, take, held);
    taken.ids = refunds.map(({ id }) => id);
    if (refunds.length > 0) await storeRefunds(tx, program, refunds, promptSeconds);
    return;
  }
  const versions = await readGoverningVersions(tx, program);
  const governedFrom = versions[0]?.governsFrom;
  const unitMicros = microsPerMinor(program.currency);
  const payments = governedFrom
    ? await allocation.takePayments(tx, { programId, governedFrom, unitMicros, limit: take, held })
    : [];
  taken.ids = payments.map(({ id }) => id);
  if (payments.length === 0) return;
  const onFailure = round && ((id: string, error: unknown) => void taken.failed.push({ id, error }));
  const result = await splitBatch(tx, program, versions, payments, onFailure);
  if (result.items.length === 0) return;
  await allocation.writeBases(tx, program.id, result.bases);
  await storeResult(tx, program, "payment", result, promptSeconds);
}

async function splitBatch(
  tx: SqlTx,
  program: SettlementProgram,
  versions: readonly GoverningVersion[],
  payments: readonly allocation.PendingPayment[],
  onFailure: SplitFailure | null,
) {
  const partyIds = await readPartyIds(tx, program);
  const placed = placePayments(program, payments);
  const bases = await allocation.readBases(tx, program.id, placed.periodStarts);
  return splitPayments(placed, versions, partyIds, bases, onFailure);
}

async function storeRefunds(
  tx: SqlTx,
  program: SettlementProgram,
  refunds: readonly allocation.PendingRefund[],
  promptSeconds: number | null,
): Promise<void> {
  const legsLeft = await allocation.readLegsLeft(tx, [
    ...new Set(refunds.map(({ payment_id }) => payment_id)),
  ]);
  await storeResult(tx, program, "refund", reverseRefunds(program, refunds, legsLeft), promptSeconds);
}

async function storeResult(
  tx: SqlTx,
  program: SettlementProgram,
  kind: "payment" | "refund",
  result: BatchResult,
  promptSeconds: number | null,
): Promise<void> {
  const at = now();
  const journalId = newId("journal");
  const numbers = await allocation.addToTranches(tx, program.id, result.tranches, at);
  const numberOf = (tranche: number) => numbers[tranche] ?? 0n;
  await allocation.insertLegs(
    tx,
    program.id,
    result.legs.map(({ tranche, ...leg }) => ({ ...leg, trancheNo: numberOf(tranche) })),
  );
  await allocation.addTotals(
    tx,
    result.totals.map(({ tranche, ...total }) => ({ ...total, trancheNo: numberOf(tranche) })),
  );
  await allocation.markAllocated(
    tx,
    kind,
    result.items.map(({ id, tranche }) => ({ id, trancheNo: numberOf(tranche) })),
    { at, promptSeconds, journalId },
  );
  const money = (micros: bigint) => formatMicros(micros, minorDigits(program.currency));
  await emit(
    tx,
    [...result.byParty].map(([partyId, micros]) => ({
      aggregateType: "program",
      aggregateId: program.id,
      type: "payment.allocated",
      payload: {
        kind,
        partyId,
        amount: money(micros),
        currency: program.currency,
        items: result.items.length,
        journalId,
      },
      organisationId: partyId,
    })),
  );
  await moveMoney(tx, program, result.moves, journalId);
}

/** A few sums a party, each of its business time. Last, because the lock of clearing is hot. */
async function moveMoney(
  tx: SqlTx,
  program: SettlementProgram,
  moves: readonly Move[],
  journalId: string,
): Promise<void> {
  if (moves.length === 0) return;
  const clearing = clearingAccount(program);
  const accounts = [...new Set(moves.map(({ partyId }) => partyId))].map((id) => partyAccount(program, id));
  await ensureAccounts(tx, [clearing, ...accounts]);
  const clearingId = accountIdFor(clearing);
  await postJournal(
    tx,
    moves.map(({ partyId, micros, at }): TransferInput => {
      const partyAccountId = accountIdFor(partyAccount(program, partyId));
      return {
        id: newId("transfer"),
        debitAccountId: micros > 0n ? clearingId : partyAccountId,
        creditAccountId: micros > 0n ? partyAccountId : clearingId,
        amountMicros: micros > 0n ? micros : -micros,
        code: "allocation",
        currency: program.currency,
        journalId,
        effectiveAt: at,
      };
    }),
  );
}

async function reportWaiting(tx: SqlTx, programId: string): Promise<number> {
  await lockProgram(tx, programId);
  const program = await getProgram(tx, programId);
  const versions = await readGoverningVersions(tx, program);
  const waiting = await allocation.summariseWaiting(tx, programId, {
    governedFrom: versions[0]?.governsFrom ?? null,
    unitMicros: microsPerMinor(program.currency),
    job: ALLOCATE_JOB,
  });
  const money = (micros: bigint) =>
    `${formatMicros(micros, minorDigits(program.currency))} ${program.currency}`;
  const subject = { programId: program.id, subjectKind: "program", subjectId: program.id };
  const report = async (
    kind: string,
    count: bigint,
    sentence: string,
    detail: Record<string, unknown>,
    resolution: string,
  ) =>
    count > 0n
      ? await raiseException(
          tx,
          { ...subject, kind, sentence, detail: { payments: Number(count), ...detail } },
          now(),
        )
      : await resolveException(tx, { ...subject, kind }, resolution, now());
  await report(
    "no_agreement_in_force",
    waiting.ungoverned,
    `${waiting.ungoverned} captured payments (${money(waiting.ungoverned_micros)}) wait in clearing, because no agreement was in force when they were captured.`,
    { amount: money(waiting.ungoverned_micros), firstCapturedAt: waiting.first_at?.toISOString() ?? null },
    "All captured payments have an agreement.",
  );
  await report(
    "amount_finer_than_minor_unit",
    waiting.uneven,
    `${waiting.uneven} captured payments (${money(waiting.uneven_micros)}) cannot be split, because their amounts are finer than the smallest unit of ${program.currency}.`,
    { amount: money(waiting.uneven_micros) },
    "No such payment waits any more.",
  );
  await report(
    "payment_not_split",
    waiting.stuck,
    `${waiting.stuck} captured payments (${money(waiting.stuck_micros)}) wait in clearing, because splitting them failed: ${waiting.stuck_reason ?? "unknown"}. They are tried again by themselves; health lists each.`,
    { amount: money(waiting.stuck_micros) },
    "All of them are split.",
  );
  return Number(waiting.ungoverned + waiting.uneven + waiting.stuck);
}
