/** What closing a program's next period would do, told before anybody asks for it. Changes nothing. */
import { now } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { toPublicId } from "@/server/platform/ids";
import type { OperatorScope } from "@/server/platform/scope";
import { sumOpenTranches } from "../repository/read-preview";
import { getProgram } from "../repository/read-program";
import { findLastRun } from "../repository/write-run";
import type { ClosePreview } from "../schema";
import { money, presentProgram } from "../view/present";
import { nextPeriod } from "./next-period";

/** The period that `closePeriod` would take without an end, by the same rules. */
export async function previewClose(scope: OperatorScope, programId: string): Promise<ClosePreview> {
  return await withScope(scope, async (tx) => {
    const program = await getProgram(tx, programId);
    const last = await findLastRun(tx, programId);
    const at = now();
    const period = await nextPeriod(tx, program, last);
    const waiting = await sumOpenTranches(tx, programId, period.end);
    const unfinished = last !== null && (last.state === "open" || last.state === "closing");
    return {
      program: {
        ...presentProgram({ program_id: program.id, program_slug: program.slug, program_name: program.name }),
        timeZone: program.timeZone,
        currency: program.currency,
      },
      periodStart: period.start.toISOString(),
      periodEnd: period.end.toISOString(),
      over: period.end <= at,
      asOf: at.toISOString(),
      unfinishedRunId: unfinished ? toPublicId("settlementRun", last.id) : null,
      stoppedBy: unfinished ? last.stopped_by : null,
      paymentCount: Number(waiting.payment_count),
      refundCount: Number(waiting.refund_count),
      gross: money(waiting.gross_micros, program.currency),
      refunds: money(-waiting.refund_micros, program.currency),
    };
  });
}
