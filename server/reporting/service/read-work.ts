/** What waits for somebody of the operator: the figures of its navigation. */
import { now } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import type { OperatorScope } from "@/server/platform/scope";
import { findPrograms, listPartyColours } from "../repository/find-programs";
import { countWork } from "../repository/read-operations";
import type { OperatorAttention } from "../schema";
import { choiceOf } from "./pick-program";

const SILENT_AFTER_MS = 24 * 3_600_000;

export async function readOperatorAttention(scope: OperatorScope): Promise<OperatorAttention> {
  return await withScope(scope, async (tx) => {
    const programs = await findPrograms(tx);
    const work = await countWork(tx, new Date(+now() - SILENT_AFTER_MS));
    return {
      programs: programs.map(choiceOf),
      parties: await listPartyColours(tx),
      cases: Number(work.cases),
      runs: Number(work.runs),
      confirmations: Number(work.confirmations),
      exceptions: Number(work.exceptions),
      devices: Number(work.devices),
      agreements: Number(work.agreements),
    };
  });
}
