/** Fixed-window counters in the database, so that every process counts together. */
import type { SqlTx } from "./db";

export interface RateLimit {
  key: string;
  /** Hits that are allowed in one window. */
  limit: number;
  windowSeconds: number;
}

export type RateLimitResult = { ok: true } | { ok: false; retryAt: Date };

function windowStart(limit: RateLimit, at: Date): Date {
  const span = limit.windowSeconds * 1000;
  return new Date(Math.floor(at.getTime() / span) * span);
}

/**
 * Counts one hit and says whether it was still allowed. Needs a system scope, and a transaction of its own: rolled
 * back, the hit would not have been counted.
 */
export async function takeHit(tx: SqlTx, limit: RateLimit, at: Date): Promise<RateLimitResult> {
  const start = windowStart(limit, at);
  const { rows } = await tx.query<{ hits: number }>(
    `insert into rate_limit (key, window_start, hits) values ($1, $2, 1)
     on conflict (key, window_start) do update set hits = least(rate_limit.hits + 1, 1000000)
     returning hits`,
    [limit.key, start],
  );
  if ((rows[0]?.hits ?? 0) <= limit.limit) return { ok: true };
  return { ok: false, retryAt: new Date(start.getTime() + limit.windowSeconds * 1000) };
}

/** Gives a hit back: what was counted turned out to be welcome. */
export async function returnHit(tx: SqlTx, limit: RateLimit, at: Date): Promise<void> {
  await tx.query("update rate_limit set hits = greatest(hits - 1, 0) where key = $1 and window_start = $2", [
    limit.key,
    windowStart(limit, at),
  ]);
}
