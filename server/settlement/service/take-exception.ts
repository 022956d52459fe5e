/** Who looks after an exception. */
import { audit } from "@/server/audit/service";
import { withScope } from "@/server/platform/db";
import { notFound } from "@/server/platform/errors";
import type { OperatorScope } from "@/server/platform/scope";
import { setExceptionOwner } from "../repository/write-exception";

/** Makes an open exception one's own, or gives it back to everybody. */
export async function takeException(
  scope: OperatorScope,
  exceptionId: string,
  mine: boolean,
): Promise<{ ok: true }> {
  return await withScope(scope, async (tx) => {
    const ownerId = mine && scope.actor.kind === "user" ? scope.actor.id : null;
    if (!(await setExceptionOwner(tx, exceptionId, ownerId))) throw notFound("open exception");
    await audit(tx, scope, {
      action: mine ? "exception.taken" : "exception.given_back",
      subjectKind: "exception",
      subjectId: exceptionId,
    });
    return { ok: true };
  });
}
