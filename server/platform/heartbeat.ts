/** One row a part of the system, renewed every few seconds: how the health page knows that the part lives. */
import type { SqlTx } from "./db";
import { withScope } from "./db";
import { loggerFor } from "./logger";
import { mintSystemScope } from "./scope";

const HEARTBEAT_EVERY_MS = 5_000;

export interface Heartbeat {
  part: string;
  ageSeconds: number;
  detail: Record<string, unknown>;
}

export async function beat(part: string, detail: Record<string, unknown>): Promise<void> {
  await withScope(mintSystemScope("heartbeat"), (tx) =>
    tx.query(
      `insert into heartbeat (part, at, detail) values ($1, clock_timestamp(), $2)
       on conflict (part) do update set at = excluded.at, detail = excluded.detail`,
      [part, JSON.stringify(detail)],
    ),
  );
}

/** Beats at once and then every five seconds until the function that it gives is called. */
export function startHeartbeat(part: string, detail: () => Record<string, unknown> = () => ({})): () => void {
  const log = loggerFor(part);
  const once = () =>
    beat(part, { pid: process.pid, ...detail() }).catch((error: unknown) =>
      log.warn({ err: error }, "heartbeat failed"),
    );
  void once();
  const timer = setInterval(once, HEARTBEAT_EVERY_MS);
  return () => clearInterval(timer);
}

const STALE_AFTER_SECONDS = 20;
const ASK_AGAIN_MS = 2_000;
let asked: { part: string; at: number; answer: Promise<Date | null> } | undefined;

/**
 * Since when a part has been silent; null while it beats. Asked at most every two seconds by a process, however many
 * pages are open. A part that was never heard of is silent since the beginning of time.
 */
export function silentSince(part: string): Promise<Date | null> {
  if (!asked || asked.part !== part || performance.now() - asked.at > ASK_AGAIN_MS)
    asked = { part, at: performance.now(), answer: readSilence(part) };
  return asked.answer;
}

async function readSilence(part: string): Promise<Date | null> {
  return await withScope(mintSystemScope("heartbeat"), async (tx) => {
    const { rows } = await tx.query<{ at: Date; silent: boolean }>(
      "select at, at < clock_timestamp() - make_interval(secs => $2) as silent from heartbeat where part = $1",
      [part, STALE_AFTER_SECONDS],
    );
    if (!rows[0]) return new Date(0);
    return rows[0].silent ? rows[0].at : null;
  });
}

export async function readHeartbeats(tx: SqlTx): Promise<Heartbeat[]> {
  const { rows } = await tx.query<Heartbeat>(
    `select part, extract(epoch from clock_timestamp() - at)::float8 as "ageSeconds", detail
     from heartbeat order by part`,
  );
  return rows;
}
