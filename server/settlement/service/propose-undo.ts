/** Taking back an import of which something is settled: proposed with what each party gives back, done by a second person. */
import { checkUndo, startUndo } from "@/server/payments/service/undo-import";
import { type SqlTx, withScope } from "@/server/platform/db";
import { invariant } from "@/server/platform/errors";
import { type Id, toPublicId } from "@/server/platform/ids";
import type { OperatorScope, PortalScope } from "@/server/platform/scope";
import { sumLegsOfImport } from "../repository/read-import-shares";
import * as confirmations from "../repository/write-confirmation";
import type { ImportSharesView } from "../schema";
import { money } from "../view/present";
import { type ProposeResult, propose } from "./propose-change";

/**
 * Proposes to give back every payment of an import. Statements that stand are never edited: each party's share comes
 * back with the next run, to the cent by the legs of each payment.
 */
export async function proposeUndo(
  scope: OperatorScope,
  { importId, reason }: { importId: Id<"import">; reason: string },
): Promise<
  ProposeResult<
    "import_not_settled" | "import_undone" | "import_not_finished" | "import_has_refunds" | "proposal_waits"
  >
> {
  return await withScope(scope, async (tx) => {
    const found = await checkUndo(tx, importId);
    if (found.refusal && found.refusal !== "import_settled") return { ok: false, reason: found.refusal };
    if (!found.refusal) return { ok: false, reason: "import_not_settled" };
    if (await confirmations.findWaiting(tx, { action: "import.undo", subjectId: importId })) {
      return { ok: false, reason: "proposal_waits" };
    }
    return await propose(tx, scope, {
      action: "import.undo",
      programId: found.programId,
      organisationId: found.merchantId,
      subjectId: importId,
      payload: { amount_micros: found.leftMicros.toString(), reason },
    });
  });
}

/** Whether the import is still what the proposal says. */
export async function isUndoPossible(
  tx: SqlTx,
  { subject_id, payload }: confirmations.ConfirmationRow,
): Promise<boolean> {
  invariant(subject_id, "an undo names its import");
  const found = await checkUndo(tx, subject_id as Id<"import">);
  return found.refusal === "import_settled" && found.leftMicros.toString() === payload.amount_micros;
}

/** Begins it; the worker gives back the payments in steps. */
export async function applyUndo(
  tx: SqlTx,
  scope: PortalScope,
  { id, subject_id, payload, proposed_by }: confirmations.ConfirmationRow,
): Promise<void> {
  invariant(subject_id, "an undo names its import");
  await startUndo(tx, scope, {
    importId: subject_id as Id<"import">,
    by: proposed_by as Id<"user">,
    reason: String(payload.reason),
    confirmationId: id,
  });
}

/** What each party has of an import's payments, and would give back. */
export async function readImportShares(
  scope: OperatorScope,
  importId: Id<"import">,
): Promise<ImportSharesView> {
  const rows = await withScope(scope, (tx) => sumLegsOfImport(tx, importId));
  return rows.map(({ id, slug, name, kind, micros, currency }) => ({
    party: { id: toPublicId("organisation", id), slug, name, kind },
    amount: money(micros, currency),
  }));
}
