/** The allocator: captured payments and refunds of a program become legs, and their money leaves clearing. */
import { accountIdFor, ensureAccounts, postJournal } from "@/server/ledger/service";
import type { TransferInput } from "@/server/ledger/types";
import { now } from "@/server/platform/clock";
import { type SqlTx, withScope } from "@/server/platform/db";
import { newId } from "@/server/platform/ids";
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
import { reverseRefunds, splitPayments } from "../rules/split-batch";
import { type GoverningVersion, readGoverningVersions, readPartyIds } from "./compile-version";

export interface AllocationProgress {
  payments: number;
  refunds: number;
  /** Captured payments that cannot be allocated yet; each kind has an open exception. */
  waiting: number;
}

/**
 * Allocates what is captured and refunded, in the order of capture, until nothing is left or about `limit` payments
 * are done. Each batch is one transaction: legs, running bases, sums, one journal aggregated by party, and the marks
 * on the payments; so a process may end at any moment and another goes on. One allocator works on a program at a time.
 */
export async function allocatePending(
  programId: string,
  limit: number = Number.POSITIVE_INFINITY,
): Promise<AllocationProgress> {
  const progress: AllocationProgress = { payments: 0, refunds: 0, waiting: 0 };
  while (progress.payments < limit) {
    const size = Math.min(ALLOCATION_BATCH, limit - progress.payments);
    const done = await withScope(mintSystemScope("allocator"), (tx) => allocateBatch(tx, programId, size));
    progress.payments += done.payments;
    progress.refunds += done.refunds;
    progress.waiting = done.waiting;
    if (!done.more) break;
  }
  return progress;
}

async function allocateBatch(
  tx: SqlTx,
  programId: string,
  limit: number,
): Promise<AllocationProgress & { more: boolean }> {
  await lockProgram(tx, programId);
  const program = await getProgram(tx, programId);
  const unitMicros = microsPerMinor(program.currency);
  const versions = await readGoverningVersions(tx, program);
  const governedFrom = versions[0]?.governsFrom ?? null;

  const payments = governedFrom
    ? await allocation.takePayments(tx, { programId, governedFrom, unitMicros, limit })
    : [];
  if (payments.length > 0) await storePayments(tx, program, versions, payments);
  const refunds = await allocation.takeRefunds(tx, programId, limit);
  if (refunds.length > 0) await storeRefunds(tx, program, refunds);

  const more = payments.length === limit || refunds.length === limit;
  const waiting = more ? 0 : await reportWaiting(tx, program, governedFrom, unitMicros);
  return { payments: payments.length, refunds: refunds.length, waiting, more };
}

async function storePayments(
  tx: SqlTx,
  program: SettlementProgram,
  versions: readonly GoverningVersion[],
  payments: readonly allocation.PendingPayment[],
): Promise<void> {
  const partyIds = await readPartyIds(tx, program);
  const result = await splitPayments(program, versions, partyIds, payments, (starts) =>
    allocation.readBases(tx, program.id, starts),
  );
  await allocation.writeBases(tx, program.id, result.bases);
  await storeResult(tx, program, "payment", result);
}

async function storeRefunds(
  tx: SqlTx,
  program: SettlementProgram,
  refunds: readonly allocation.PendingRefund[],
): Promise<void> {
  const legsLeft = await allocation.readLegsLeft(tx, [
    ...new Set(refunds.map(({ payment_id }) => payment_id)),
  ]);
  await storeResult(tx, program, "refund", reverseRefunds(program, refunds, legsLeft));
}

async function storeResult(
  tx: SqlTx,
  program: SettlementProgram,
  kind: "payment" | "refund",
  result: BatchResult,
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
    { at, journalId },
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

async function reportWaiting(
  tx: SqlTx,
  program: SettlementProgram,
  governedFrom: Date | null,
  unitMicros: bigint,
): Promise<number> {
  const waiting = await allocation.summariseWaiting(tx, program.id, governedFrom, unitMicros);
  const money = (micros: bigint) =>
    `${formatMicros(micros, minorDigits(program.currency))} ${program.currency}`;
  const subject = { programId: program.id, subjectKind: "program", subjectId: program.id };
  if (waiting.ungoverned > 0n) {
    await raiseException(
      tx,
      {
        ...subject,
        kind: "no_agreement_in_force",
        sentence: `${waiting.ungoverned} captured payments (${money(waiting.ungoverned_micros)}) wait in clearing, because no agreement was in force when they were captured.`,
        detail: {
          payments: Number(waiting.ungoverned),
          amount: money(waiting.ungoverned_micros),
          firstCapturedAt: waiting.first_at?.toISOString() ?? null,
        },
      },
      now(),
    );
  } else {
    const key = { ...subject, kind: "no_agreement_in_force" };
    await resolveException(tx, key, "All captured payments have an agreement.", now());
  }
  if (waiting.uneven > 0n) {
    await raiseException(
      tx,
      {
        ...subject,
        kind: "amount_finer_than_minor_unit",
        sentence: `${waiting.uneven} captured payments (${money(waiting.uneven_micros)}) cannot be split, because their amounts are finer than the smallest unit of ${program.currency}.`,
        detail: { payments: Number(waiting.uneven), amount: money(waiting.uneven_micros) },
      },
      now(),
    );
  }
  return Number(waiting.ungoverned + waiting.uneven);
}
