/** `purse reset-password`: a way back for people of the operator whom no two others can help. */
import { resetFromTerminal } from "@/server/identity/service/password-reset";
import { closePool } from "@/server/platform/db";
import { AppError } from "@/server/platform/errors";
import { answer, CommandFailure, EXIT, type JsonOption } from "./answer";

export async function resetPasswordCommand(options: JsonOption, email: string): Promise<number> {
  try {
    const { url, expiresAt } = await resetFromTerminal(email.trim().toLowerCase());
    await answer(options, { url, expiresAt: expiresAt.toISOString() }, () => [
      `${url}`,
      `It works once, until ${expiresAt.toISOString()}. Give it to ${email} and to nobody else; the audit log says that it was made here.`,
    ]);
    return EXIT.done;
  } catch (error) {
    if (error instanceof AppError && error.code === "not_found") {
      throw new CommandFailure(EXIT.refused, `Nobody has the account ${email}.`);
    }
    if (error instanceof AppError && error.reason === "not_entitled") {
      throw new CommandFailure(
        EXIT.refused,
        `${email} does not belong to the operator. Admins let people of parties back in, from the Team page.`,
      );
    }
    throw error;
  } finally {
    await closePool();
  }
}
