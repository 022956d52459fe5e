/** Lets what was captured before the end of a period arrive before the period is frozen. */
import { setTimeout as sleep } from "node:timers/promises";
import { type SqlTx, withScope } from "@/server/platform/db";
import { mintSystemScope } from "@/server/platform/scope";
import { drawTransaction, isJustOver, isStillWriting } from "../repository/watch-captures";

/** Between the moment that a capture names and the transaction that stores it. */
const GRACE_SECONDS = 1;
/** A capture that is slower than this is late, and settles with the next run as other late ones do. */
const LONGEST_WAIT_MS = 10_000;
/** An end that lies so far back has nothing under way any more. */
const RECENT_SECONDS = 60;
const LOOK_EVERY_MS = 50;

/**
 * A capture takes its moment first and is stored milliseconds later. At an end that lies back by less than a minute this
 * waits a second, and then until every transaction that was writing has ended. Time is the database's own, not the
 * business clock: what it waits for are transactions.
 */
export async function waitForCaptures(end: Date): Promise<void> {
  const look = <T>(query: (tx: SqlTx) => Promise<T>) => withScope(mintSystemScope("settlement"), query);
  if (!(await look((tx) => isJustOver(tx, end, RECENT_SECONDS)))) return;
  while (await look((tx) => isJustOver(tx, end, GRACE_SECONDS))) await sleep(LOOK_EVERY_MS);
  const drawn = await look((tx) => drawTransaction(tx));
  const deadline = performance.now() + LONGEST_WAIT_MS;
  while (performance.now() < deadline && (await look((tx) => isStillWriting(tx, drawn))))
    await sleep(LOOK_EVERY_MS);
}
