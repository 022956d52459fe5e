/**
 * Takes a whole import back while nothing of it is settled: what is left of each payment is given back, so that the
 * ledger only grows, and the ids of its records are free to be imported again.
 */
import { audit } from "@/server/audit/service";
import { accountIdFor, postTransfers } from "@/server/ledger/service";
import { now } from "@/server/platform/clock";
import { type SqlTx, withScope } from "@/server/platform/db";
import { invariant, notFound } from "@/server/platform/errors";
import { type Id, newIdAt, toPublicId } from "@/server/platform/ids";
import { openRound } from "@/server/platform/job-items";
import { toMoneyJson } from "@/server/platform/money";
import { emit } from "@/server/platform/outbox";
import { mintSystemScope, type PlatformScope, type PortalScope } from "@/server/platform/scope";
import { paymentEvent } from "../events";
import { IMPORT_CHUNK_ROWS, type UndoRefusal } from "../import/constants";
import type { ImportSummary } from "../import/types";
import { freeRecordsOfPayments, freeRecordsWithoutMoney } from "../repository/keep-imported-records";
import { lockImportedPayments } from "../repository/move-payment";
import { insertPaymentEvents } from "../repository/payment-columns";
import * as imports from "../repository/store-imports";
import { insertWholeRefunds, type WholeRefund } from "../repository/store-refunds";
import { clearingAccount, receivableAccount } from "../rules/derive-accounts";

/** An import that was cut off never finishes; after so long it may be undone as it stands. */
const GIVEN_UP_HOURS = 1;

export type UndoResult = { ok: true; import: ImportSummary } | { ok: false; reason: UndoRefusal };

/** Undoes an import to its end; one that was cut off while it ran is carried on by the worker. */
export async function undoImport(
  scope: PlatformScope,
  { importId, reason }: { importId: Id<"import">; reason: string },
): Promise<UndoResult> {
  const refusal = await withScope(scope, async (tx): Promise<UndoRefusal | null> => {
    const found = await checkUndo(tx, importId);
    if (found.refusal || found.isUnderway) return found.refusal;
    const by = scope.actor.kind === "user" ? scope.actor.id : null;
    await startUndo(tx, scope, { importId, by, reason, confirmationId: null });
    return null;
  });
  if (refusal) return { ok: false, reason: refusal };
  await undoRest(scope, importId);
  const done = await withScope(scope, (tx) => imports.findBatch(tx, importId));
  invariant(done, "an import that was undone has a batch");
  return { ok: true, import: done };
}

export interface UndoFacts {
  programId: Id<"program">;
  merchantId: Id<"organisation">;
  /** What is left of its payments to be given back. */
  leftMicros: bigint;
  refusal: UndoRefusal | null;
  isUnderway: boolean;
}

/** Locks an import and says what hinders undoing it. */
export async function checkUndo(tx: SqlTx, importId: Id<"import">): Promise<UndoFacts> {
  const found = await imports.lockBatch(tx, importId);
  if (!found) throw notFound("import");
  const leftMicros = await imports.readLeftMicros(tx, importId);
  const isUnderway = found.undoStartedAt !== null;
  const facts = { programId: found.programId, merchantId: found.merchantId, leftMicros, isUnderway };
  if (found.undoneAt) return { ...facts, refusal: "import_undone" };
  if (isUnderway) return { ...facts, refusal: null };
  const isCutOff = found.createdAt.getTime() < now().getTime() - GIVEN_UP_HOURS * 3_600_000;
  if (!found.finishedAt && !isCutOff) return { ...facts, refusal: "import_not_finished" };
  const hindrances = await imports.findUndoHindrances(tx, importId);
  if (hindrances.refundsOfOthers) return { ...facts, refusal: "import_has_refunds" };
  return { ...facts, refusal: hindrances.settled ? "import_settled" : null };
}

/** Begins an undo; with a confirmed proposal also of an import of which something is settled, as the database checks. */
export async function startUndo(
  tx: SqlTx,
  scope: PortalScope | PlatformScope,
  undo: { importId: Id<"import">; by: Id<"user"> | null; reason: string; confirmationId: string | null },
): Promise<void> {
  const { importId, by, reason, confirmationId } = undo;
  const found = await imports.findBatch(tx, importId);
  if (!found) throw notFound("import");
  await imports.startUndo(tx, importId, { at: now(), by, reason, confirmationId });
  await audit(tx, scope, {
    action: "import.undo_started",
    subjectKind: "import",
    subjectId: importId,
    organisationId: found.merchantId,
    after: {
      reason,
      payments: found.rowsAccepted,
      amount: toMoneyJson(found.acceptedMicros, found.currency),
    },
  });
}

/** Carries on what was cut off. Gives whether there was anything to do. */
export async function continueUndos(): Promise<boolean> {
  const scope = mintSystemScope("imports");
  const waiting = await withScope(scope, (tx) => imports.listUnfinishedUndos(tx));
  const round = await openRound("payments.undo-imports");
  for (const { id, programId } of waiting)
    if (!round.isWaiting(id)) await round.attempt({ id, programId }, () => undoRest(scope, id));
  return waiting.some(({ id }) => !round.isWaiting(id));
}

async function undoRest(scope: PlatformScope, importId: Id<"import">): Promise<void> {
  let after: Id<"payment"> | null = null;
  do after = await undoChunk(scope, importId, after);
  while (after !== null);
}

/** One transaction of the undoing, after a payment; gives the last one of it, or null when nothing is left to do. */
async function undoChunk(
  scope: PlatformScope,
  importId: Id<"import">,
  after: Id<"payment"> | null,
): Promise<Id<"payment"> | null> {
  return await withScope(scope, async (tx) => {
    const batch = await imports.lockBatch(tx, importId);
    if (!batch?.undoStartedAt || batch.undoneAt) return null;
    const at = now();
    const payments = await lockImportedPayments(tx, importId, { after, limit: IMPORT_CHUNK_ROWS });
    if (payments.length === 0) {
      await freeRecordsWithoutMoney(tx, importId, at);
      await imports.finishUndo(tx, importId, at);
      await audit(tx, scope, {
        action: "import.undone",
        subjectKind: "import",
        subjectId: importId,
        organisationId: batch.merchantId,
        after: { amount: toMoneyJson(batch.undoneMicros, batch.currency) },
      });
      return null;
    }
    const reason = `Import ${toPublicId("import", importId)} was undone: ${batch.undoReason ?? ""}`.slice(
      0,
      500,
    );
    const refunds = payments.flatMap((payment): WholeRefund[] => {
      const amountMicros = payment.capturedMicros - payment.refundedMicros;
      if (amountMicros === 0n) return [];
      return [{ id: newIdAt("refund", at), payment, amountMicros, transferId: newIdAt("transfer", at) }];
    });
    if (refunds.length > 0) {
      const codes = await postTransfers(
        tx,
        refunds.map(({ transferId, payment, amountMicros }) => ({
          id: transferId,
          debitAccountId: accountIdFor(clearingAccount(payment.programId, payment.currency)),
          creditAccountId: accountIdFor(receivableAccount(payment.programId, payment.currency)),
          amountMicros,
          code: "refund" as const,
          journalId: payment.id,
          effectiveAt: at,
        })),
      );
      for (const code of codes) invariant(code === "created", `an undo's transfer is created, not ${code}`);
      const by = scope.actor.kind === "user" ? scope.actor.id : null;
      await insertWholeRefunds(tx, refunds, { reason, by, at });
      await insertPaymentEvents(
        tx,
        refunds.map(({ id, payment, amountMicros }) => ({
          paymentId: payment.id,
          merchantId: payment.merchantId,
          at,
          kind: "refunded",
          detail: { refund: toPublicId("refund", id), amount_micros: amountMicros.toString(), reason },
        })),
      );
      await emit(
        tx,
        refunds.map(({ payment }) =>
          paymentEvent({ ...payment, state: "refunded", refundedMicros: payment.capturedMicros }),
        ),
      );
    }
    await freeRecordsOfPayments(
      tx,
      payments.map(({ id }) => id),
      at,
    );
    await imports.growUndo(
      tx,
      importId,
      refunds.reduce((sum, { amountMicros }) => sum + amountMicros, 0n),
    );
    return payments.at(-1)?.id ?? null;
  });
}
