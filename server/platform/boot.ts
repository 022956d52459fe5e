/** What every process asks before it does anything. */
import { setTimeout as sleep } from "node:timers/promises";
import { appPool, sqlStateOf } from "./db";
import { env } from "./env";
import { loggerFor } from "./logger";
import { loginFaults } from "./login";

const log = loggerFor("boot");

export class UnsafeLoginError extends Error {
  override readonly name = "UnsafeLoginError";
}

export class WeakSecretError extends Error {
  override readonly name = "WeakSecretError";
}

/** Throws `WeakSecretError` when sessions would be signed with what stands in examples, repeats itself or is short. */
export function refuseWeakSecret(secret: string = env.NEXTAUTH_SECRET): void {
  const known = /change.?me|secret|password|example|placeholder|123456|abcdef|qwerty/i.test(secret);
  if (secret.length >= 32 && !known && new Set(secret).size >= 12) return;
  throw new WeakSecretError(
    "NEXTAUTH_SECRET can be guessed: it needs at least 32 characters made by chance. Make one with: openssl rand -base64 32",
  );
}

/** `demandHarmlessLogin` for processes that serve: a database that is away is waited for. */
export async function refuseUnsafeLogin(): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await demandHarmlessLogin();
    } catch (error) {
      // What Postgres itself refuses has a code of five characters; words of the network have others or none.
      if (error instanceof UnsafeLoginError || /^(28|3D)/.test(sqlStateOf(error))) throw error;
      if (attempt === 1) log.warn({ err: error }, "the database does not answer; waiting for it");
      await sleep(Math.min(5_000, 250 * attempt));
    }
  }
}

/** Throws `UnsafeLoginError` when this process could do more to the database than the application may. */
export async function demandHarmlessLogin(): Promise<void> {
  const faults = await loginFaults((text) => appPool().query(text));
  if (faults.length > 0)
    throw new UnsafeLoginError(
      `The user of DATABASE_URL must not run this process: ${faults.join("; ")}. Give it a login that is a member of ` +
        "purse_app and nothing else (npm start makes one); the owner of the tables belongs into PURSE_OWNER_DATABASE_URL.",
    );
}
