/** The platform's own repeated work: publishing the outbox and clearing what has had its time. */
import { clearOldAttempts } from "./attempt-delay";
import { withScope } from "./db";
import type { RepeatedJob } from "./jobs";
import { type LiveTopic, notifyLive } from "./live";
import { mintSystemScope } from "./scope";

const RELAY_BATCH = 1_000;
const OUTBOX_KEPT_DAYS = 7;
const RATE_LIMITS_KEPT_HOURS = 24;

/**
 * Marks waiting events as published and signals their topics. Signalling here and not by a trigger on the insert
 * keeps the commit of a payment free of the one lock that all notifying transactions share.
 */
export async function relayOutbox(): Promise<boolean> {
  const published = await withScope(mintSystemScope("outbox relay"), async (tx) => {
    const { rows } = await tx.query<LiveTopic>(
      `update outbox set published_at = clock_timestamp() where id in (
         select id from outbox where published_at is null order by seq limit $1 for update skip locked)
       returning aggregatetype as aggregate, organisation_id as "organisationId"`,
      [RELAY_BATCH],
    );
    await notifyLive(tx, rows);
    return rows.length;
  });
  return published === RELAY_BATCH;
}

export async function clearOldRows(): Promise<void> {
  await withScope(mintSystemScope("clean-up"), async (tx) => {
    await tx.query("delete from outbox where published_at < clock_timestamp() - make_interval(days => $1)", [
      OUTBOX_KEPT_DAYS,
    ]);
    await tx.query(
      "delete from rate_limit where window_start < clock_timestamp() - make_interval(hours => $1)",
      [RATE_LIMITS_KEPT_HOURS],
    );
    await clearOldAttempts(tx);
  });
}

export const jobs: RepeatedJob[] = [
  { name: "platform.relay_outbox", everyMs: 200, run: relayOutbox },
  { name: "platform.clear_old_rows", everyMs: 10 * 60_000, run: clearOldRows },
];
