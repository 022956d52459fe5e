/** `purse undo-import`: a whole import taken back. */
import { UNDO_REFUSALS } from "@/server/payments/import/constants";
import { undoImport } from "@/server/payments/service/undo-import";
import { viewImport } from "@/server/payments/view-import";
import { closePool } from "@/server/platform/db";
import { AppError } from "@/server/platform/errors";
import { fromPublicId } from "@/server/platform/ids";
import { mintSystemScope } from "@/server/platform/scope";
import { answer, CommandFailure, EXIT, type JsonOption } from "./answer";

export async function undoImportCommand(
  options: JsonOption & { reason: string },
  publicImportId: string,
): Promise<number> {
  const importId = fromPublicId("import", publicImportId);
  const reason = options.reason.trim();
  if (!importId) throw new CommandFailure(EXIT.usage, `"${publicImportId}" is no import's id (imp_…).`);
  if (reason.length < 3) throw new CommandFailure(EXIT.usage, "--reason wants at least three characters.");
  try {
    const result = await undoImport(mintSystemScope("cli"), { importId, reason: reason.slice(0, 300) });
    if (!result.ok) {
      const message = UNDO_REFUSALS[result.reason];
      await answer(options, { error: { code: result.reason, message } }, () => [
        `${message} [${result.reason}]`,
      ]);
      return EXIT.refused;
    }
    const done = viewImport(result.import);
    await answer(options, done, () => [
      `${done.id} is undone: ${done.undo?.amount.amount} ${done.undo?.amount.currency} given back. Its records may be imported again.`,
    ]);
    return EXIT.done;
  } catch (error) {
    if (error instanceof AppError && error.code === "not_found") {
      throw new CommandFailure(EXIT.refused, `There is no import ${publicImportId}.`);
    }
    throw error;
  } finally {
    await closePool();
  }
}
