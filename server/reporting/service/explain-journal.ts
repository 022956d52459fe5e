/** From a journal of the ledger back to what it was written for. */
import { getAccounts, listTransfers } from "@/server/ledger/service";
import { withScope } from "@/server/platform/db";
import { notFound } from "@/server/platform/errors";
import { toPublicId } from "@/server/platform/ids";
import type { OperatorScope } from "@/server/platform/scope";
import * as causes from "../repository/find-causes";
import type { JournalCause } from "../schema";

/** The payment, the split payments, the payouts, the run or the adjustment behind a journal, as far as one is known. */
export async function explainJournal(scope: OperatorScope, journalId: string): Promise<JournalCause> {
  return await withScope(scope, async (tx): Promise<JournalCause> => {
    const { rows } = await listTransfers(tx, { journalId });
    const first = rows[0];
    if (!first) throw notFound("journal");
    if (await causes.paymentExists(tx, journalId)) {
      const id = toPublicId("payment", journalId);
      return {
        sentence: "All that ever moved for one payment: its hold, capture and refunds",
        causes: [{ kind: "payment", id, label: "Payment" }],
        more: 0,
      };
    }
    const accounts = await getAccounts(tx, [
      ...new Set(rows.flatMap((row) => [row.debitAccountId, row.creditAccountId])),
    ]);
    const programId = accounts.find(({ programRef }) => programRef)?.programRef ?? null;
    const inTransit = accounts.flatMap(({ code, ownerRef }) =>
      code === "payout_in_transit" && ownerRef ? [ownerRef] : [],
    );
    if (inTransit.length > 0) {
      const payouts = await causes.findPayoutsById(tx, inTransit);
      const proposal = rows.every(({ kind }) => kind === "pending");
      const runs = [...new Set(payouts.map(({ run_id }) => run_id))];
      return {
        sentence: proposal ? "Money of payouts was held, when a run proposed them" : "Payouts moved on",
        causes: [
          ...runs.map((id) => ({
            kind: "run" as const,
            id: toPublicId("settlementRun", id),
            label: "Settlement run",
          })),
          ...payouts.slice(0, causes.MOST_CAUSES).map(({ id, party }) => ({
            kind: "payout" as const,
            id: toPublicId("payout", id),
            label: `Payout to ${party}`,
          })),
        ],
        more: Math.max(0, payouts.length - causes.MOST_CAUSES),
      };
    }
    if (first.code === "settlement" && programId) {
      const run = await causes.findRunAt(tx, programId, first.effectiveAt);
      return {
        sentence: "A run gave the guarantees of the agreement",
        causes: run ? [{ kind: "run", id: toPublicId("settlementRun", run), label: "Settlement run" }] : [],
        more: 0,
      };
    }
    if (first.code === "adjustment" && programId) {
      const adjustment = await causes.findAdjustmentAt(tx, programId, first.effectiveAt);
      return {
        sentence: adjustment ? `Adjustment: ${adjustment.reason}` : "An adjustment",
        causes: adjustment
          ? [{ kind: "adjustment", id: toPublicId("adjustment", adjustment.id), label: "Adjustment" }]
          : [],
        more: 0,
      };
    }
    const allocated = await causes.findAllocated(tx, journalId);
    return {
      sentence:
        allocated.total > 0
          ? `${allocated.total === 1 ? "A captured or refunded payment was split" : `${allocated.total} captured or refunded payments were split together`}, by party`
          : "",
      causes: allocated.ids.map((id) => ({
        kind: "payment",
        id: toPublicId("payment", id),
        label: "Payment",
      })),
      more: allocated.total - allocated.ids.length,
    };
  });
}
