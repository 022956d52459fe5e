/** What a payment that is still held would give to whom, if it were captured now. Nothing is stored. */
import { now } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { notFound } from "@/server/platform/errors";
import { microsPerMinor, toMoneyJson } from "@/server/platform/money";
import type { OperatorScope } from "@/server/platform/scope";
import { findPaymentToPreview, nameParties } from "../repository/read-preview";
import { getProgram } from "../repository/read-program";
import { readBases } from "../repository/write-allocation";
import { placePayments, splitPayments, versionAt } from "../rules/split-batch";
import type { SplitPreview } from "../schema";
import { presentParty } from "../view/present";
import { readGoverningVersions, readPartyIds } from "./compile-version";

/**
 * The legs that the allocator would make of the payment's whole amount on the running figures of this moment; other
 * payments may come before it, so that steps with a ceiling can still change. No legs where nothing governs it.
 */
export async function previewSplit(scope: OperatorScope, paymentId: string): Promise<SplitPreview> {
  return await withScope(scope, async (tx) => {
    const payment = await findPaymentToPreview(tx, paymentId);
    if (!payment) throw notFound("payment");
    const program = await getProgram(tx, payment.program_id);
    const at = now();
    const versions = await readGoverningVersions(tx, program);
    const version = versionAt(versions, at);
    if (!version || payment.amount_micros % microsPerMinor(program.currency) !== 0n) {
      return { version: null, legs: [] };
    }
    const placed = placePayments(program, [
      { ...payment, captured_at: at, captured_micros: payment.amount_micros },
    ]);
    const { legs } = splitPayments(
      placed,
      versions,
      await readPartyIds(tx, program),
      await readBases(tx, program.id, placed.periodStarts),
    );
    const parties = await nameParties(
      tx,
      legs.map((leg) => leg.partyId),
    );
    return {
      version: version.version,
      legs: legs.flatMap((leg) => {
        const party = parties.get(leg.partyId);
        if (!party) return [];
        return [
          {
            party: presentParty(party),
            step: leg.step,
            amount: toMoneyJson(leg.amountMicros, program.currency),
            why: leg.why,
          },
        ];
      }),
    };
  });
}
