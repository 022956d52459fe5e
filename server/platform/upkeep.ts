/** The platform's own repeated work: publishing the outbox and clearing what has had its time. */
import { ATTEMPTS_TO_FORGET } from "./attempt-delay";
import { clearAll, type OldRows } from "./clear-old";
import { withScope } from "./db";
import { openRound } from "./job-items";
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
  const scope = mintSystemScope("outbox relay");
  const round = await openRound("platform.relay-outbox");
  const waiting = await withScope(scope, async (tx) => {
    const { rows } = await tx.query<{ id: string }>(
      "select id from outbox where published_at is null and id <> all($2::uuid[]) order by seq limit $1",
      [RELAY_BATCH, round.waiting],
    );
    return rows.map(({ id }) => ({ id, programId: null }));
  });
  await round.attemptAll(waiting, (events) =>
    withScope(scope, async (tx) => {
      const { rows } = await tx.query<LiveTopic>(
        `update outbox set published_at = clock_timestamp() where id in (
           select id from outbox where id = any($1::uuid[]) and published_at is null order by seq for update skip locked)
         returning aggregatetype as aggregate, organisation_id as "organisationId"`,
        [events.map(({ id }) => id)],
      );
      await notifyLive(tx, rows);
    }),
  );
  return waiting.length === RELAY_BATCH;
}

const OLD_ROWS: readonly OldRows[] = [
  {
    table: "outbox",
    key: ["id"],
    due: `published_at < clock_timestamp() - interval '${OUTBOX_KEPT_DAYS} days'`,
  },
  {
    table: "rate_limit",
    key: ["key", "window_start"],
    due: `window_start < clock_timestamp() - interval '${RATE_LIMITS_KEPT_HOURS} hours'`,
  },
  ATTEMPTS_TO_FORGET,
];

export const jobs: RepeatedJob[] = [
  { name: "platform.relay-outbox", everyMs: 200, run: relayOutbox },
  {
    name: "platform.clear-old-rows",
    everyMs: 10 * 60_000,
    run: () => clearAll("platform.clear-old-rows", OLD_ROWS),
  },
];
