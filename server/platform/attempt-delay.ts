/** Growing pauses between attempts: the first few are free, then each doubles the wait, up to a longest one. */
import { createHmac } from "node:crypto";
import type { OldRows } from "./clear-old";
import type { SqlTx } from "./db";
import { env } from "./env";

const FREE = 5;
const FIRST_PAUSE_SECONDS = 15;
const LONGEST_PAUSE_SECONDS = 15 * 60;
/** Attempts that are this old are forgotten. */
const FORGOTTEN_AFTER_HOURS = 24;

export type AttemptResult = { ok: true } | { ok: false; retryAt: Date };

/** What names people and places is kept as a keyed hash: the counters tell nobody who tried to sign in. */
export function hashedKey(kind: string, ...parts: readonly string[]): string {
  const digest = createHmac("sha256", env.NEXTAUTH_SECRET).update(JSON.stringify(parts)).digest("base64url");
  return `${kind}:${digest}`;
}

/**
 * Counts an attempt, if its time has come. One row lock decides, so that a thousand at once are one after another.
 * Needs a system scope, and a transaction of its own: rolled back, the attempt would not have been counted.
 */
export async function takeAttempt(tx: SqlTx, key: string, at: Date): Promise<AttemptResult> {
  const { rowCount } = await tx.query(
    `insert into attempt_delay as d (key, attempts, at, blocked_until) values ($1, 1, $2, $2)
     on conflict (key) do update set
       attempts = case when d.at < $2::timestamptz - make_interval(hours => $6) then 1 else d.attempts + 1 end,
       at = $2,
       blocked_until = case
         when d.at < $2::timestamptz - make_interval(hours => $6) or d.attempts + 1 < $3 then $2
         else $2::timestamptz + make_interval(secs => least($5, $4 * 2 ^ least(d.attempts + 1 - $3, 20))) end
     where d.blocked_until <= $2`,
    [key, at, FREE, FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, FORGOTTEN_AFTER_HOURS],
  );
  if (rowCount === 1) return { ok: true };
  const { rows } = await tx.query<{ until: Date }>(
    `select blocked_until as until from attempt_delay where key = $1`,
    [key],
  );
  return { ok: false, retryAt: rows[0]?.until ?? at };
}

/** What was counted turned out to be welcome: the counter begins anew. */
export async function forgetAttempts(tx: SqlTx, key: string): Promise<void> {
  await tx.query(`delete from attempt_delay where key = $1`, [key]);
}

export const ATTEMPTS_TO_FORGET: OldRows = {
  table: "attempt_delay",
  key: ["key"],
  due: `at < clock_timestamp() - interval '${FORGOTTEN_AFTER_HOURS} hours'`,
};
