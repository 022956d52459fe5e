import { hash, verify } from "@node-rs/argon2";
import { AppError } from "@/server/platform/errors";
import { passwordSchema } from "../schema";

/** argon2id with 19 MiB and two passes: the first choice of OWASP's password storage cheat sheet. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export async function hashPassword(password: string): Promise<string> {
  const parsed = passwordSchema.safeParse(password);
  if (!parsed.success) {
    throw new AppError(
      "invalid_input",
      "password_unfit",
      parsed.error.issues[0]?.message ?? "Choose another password.",
    );
  }
  return await hash(parsed.data, COST);
}

let decoy: Promise<string> | undefined;

/**
 * Whether the password fits the hash. Without a hash (nobody has this e-mail) the same work is done against a decoy,
 * so that the time of a refusal does not tell whether the e-mail is known.
 */
export async function verifyPassword(passwordHash: string | null, password: string): Promise<boolean> {
  decoy ??= hash("a password that nobody has", COST);
  const against = passwordHash ?? (await decoy);
  const fits = await verify(against, password);
  return fits && passwordHash !== null;
}
