/** `purse settle`: closes a program's period in the name of a person of its operator. */

import { mayDo } from "@/server/identity/permissions";
import { findAccess, findProgramBySlug, findUserByEmail, getOrganisation } from "@/server/identity/service";
import { closePool } from "@/server/platform/db";
import { toPublicId } from "@/server/platform/ids";
import { mintPortalScope, mintSystemScope } from "@/server/platform/scope";
import { closePeriod } from "@/server/settlement/service/close-period";
import { answer, CommandFailure, EXIT, type JsonOption } from "./answer";

export async function settleCommand(
  options: JsonOption & { program: string; until?: string; as: string },
): Promise<number> {
  const system = mintSystemScope("cli");
  try {
    const program = await findProgramBySlug(system, options.program);
    if (!program) throw new CommandFailure(EXIT.refused, `There is no program "${options.program}".`);
    const until = options.until === undefined ? undefined : new Date(options.until);
    if (until && Number.isNaN(+until)) {
      throw new CommandFailure(
        EXIT.usage,
        `--until wants a time such as 2026-11-20T21:00:00Z, not "${options.until}".`,
      );
    }
    const operator = await getOrganisation(system, program.operatorId);
    const user = await findUserByEmail(system, options.as);
    const access = user ? await findAccess(user.id, operator.slug) : null;
    if (!user || !access || !mayDo("operator", access.role, "runs.create")) {
      throw new CommandFailure(EXIT.refused, `${options.as} may not close periods of ${operator.name}.`);
    }
    const scope = mintPortalScope("operator", operator.id, { kind: "user", id: user.id });
    const closed = await closePeriod(scope, program.id, until);
    if (!closed.ok) {
      await answer(options, { error: { code: closed.reason, message: closed.message } }, () => [
        `${closed.message} [${closed.reason}]`,
      ]);
      return EXIT.refused;
    }
    const run = toPublicId("settlementRun", closed.runId);
    await answer(options, { run, existing: closed.existing }, () => [
      closed.existing
        ? `The period is closed already: ${run}.`
        : `Closed: ${run}. Its payouts wait for somebody other than ${options.as} to approve them.`,
    ]);
    return EXIT.done;
  } finally {
    await closePool();
  }
}
