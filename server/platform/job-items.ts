/**
 * A job's items, each tried by itself. What cannot be done with one is recorded with its reason, the item waits longer
 * after each further failure, and the job goes on with the others.
 */
import { type SqlTx, sqlStateOf, withScope } from "./db";
import { loggerFor } from "./logger";
import { mintSystemScope } from "./scope";

const log = loggerFor("jobs");
const LONGEST_WAIT_SECONDS = 3_600;
/** Of what fails, the job leaves out so many at most; beyond them something else is broken than items. */
const MOST_HELD = 10_000;

export interface JobItem {
  id: string;
  programId: string | null;
}

export type Attempt<T> = { ok: true; value: T } | { ok: false; error: unknown };

const scope = () => mintSystemScope("job items");

/** Opens a round of a job: reads which of its items failed before, and which of those wait for their next try. */
export async function openRound(job: string): Promise<JobRound> {
  const { rows } = await withScope(scope(), (tx) =>
    tx.query<{ item: string; waits: boolean }>(
      `select item, next_try_at > clock_timestamp() as waits from job_failure
        where job = $1 and resolved_at is null order by next_try_at desc limit $2`,
      [job, MOST_HELD],
    ),
  );
  return new JobRound(
    job,
    new Set(rows.map(({ item }) => item)),
    new Set(rows.flatMap((row) => (row.waits ? [row.item] : []))),
  );
}

export class JobRound {
  constructor(
    private readonly job: string,
    private readonly failed: Set<string> = new Set(),
    private readonly held: Set<string> = new Set(),
  ) {}

  /** Items that are not to be tried in this round, for the query that picks them. */
  get waiting(): string[] {
    return [...this.held];
  }

  isWaiting(id: string): boolean {
    return this.held.has(id);
  }

  /** Tries one item; `work` is a transaction of its own. What the database itself is broken by is thrown on. */
  async attempt<T>(item: JobItem, work: () => Promise<T>): Promise<Attempt<T>> {
    try {
      const value = await work();
      await this.succeed([item.id]);
      return { ok: true, value };
    } catch (error) {
      await this.fail(item, error);
      return { ok: false, error };
    }
  }

  /**
   * Tries many at once, and when that fails each half by itself, so that in the end only those fail that cannot be done.
   * Gives what the calls gave that succeeded.
   */
  async attemptAll<Item extends JobItem, T>(
    items: readonly Item[],
    work: (some: readonly Item[]) => Promise<T>,
  ): Promise<T[]> {
    const [first] = items;
    if (!first) return [];
    if (items.length === 1) {
      const attempt = await this.attempt(first, () => work(items));
      return attempt.ok ? [attempt.value] : [];
    }
    try {
      const value = await work(items);
      await this.succeed(items.map(({ id }) => id));
      return [value];
    } catch (error) {
      if (isOutage(error)) throw error;
      log.warn({ err: error, job: this.job, items: items.length }, "a batch failed; its halves are tried");
    }
    const middle = Math.ceil(items.length / 2);
    return [
      ...(await this.attemptAll(items.slice(0, middle), work)),
      ...(await this.attemptAll(items.slice(middle), work)),
    ];
  }

  /**
   * For items that have an order, none of which may be left out: does as many at once as can be done, at most `limit`,
   * so that all before a bad one are done, and records the bad one, which `findNext` names. Gives what `work` gave, or
   * null when there was nothing to do or nothing can go on.
   */
  async attemptInOrder<T>(
    limit: number,
    work: (limit: number) => Promise<T | null>,
    findNext: () => Promise<JobItem>,
  ): Promise<T | null> {
    if (this.held.size > 0) return null;
    for (let most = limit; ; most = Math.max(1, most >> 3)) {
      try {
        const value = await work(most);
        // What failed stood first, so whatever is done now was done with it.
        if (value !== null) await this.succeed([...this.failed]);
        return value;
      } catch (error) {
        if (isOutage(error)) throw error;
        if (most > 1) continue;
        await this.fail(await findNext(), error);
        return null;
      }
    }
  }

  /** Notes that items which may have failed before are done. */
  async succeed(ids: readonly string[]): Promise<void> {
    const mended = ids.filter((id) => this.failed.has(id));
    if (mended.length === 0) return;
    await withScope(scope(), (tx) => markDone(tx, this.job, mended));
    for (const id of mended) this.failed.delete(id);
  }

  /** Records that an item could not be done. Throws the error on when it is not the item's. */
  async fail(item: JobItem, error: unknown): Promise<void> {
    if (isOutage(error)) throw error;
    log.error(
      { err: error, job: this.job, item: item.id, programId: item.programId },
      "an item of a job failed",
    );
    await withScope(scope(), (tx) => recordFailure(tx, this.job, item, reasonOf(error)));
    this.failed.add(item.id);
    this.held.add(item.id);
  }
}

/** Whether the connection or the server failed, and with it every item alike. */
export function isOutage(error: unknown): boolean {
  const code = sqlStateOf(error);
  return /^(08|53|57P|58)/.test(code) || /^E[A-Z]+$/.test(code) || code === "28000";
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll("\u0000", "").slice(0, 500) || "unknown";
}

async function recordFailure(tx: SqlTx, job: string, item: JobItem, reason: string): Promise<void> {
  await tx.query(
    `insert into job_failure as f (job, item, program_id, reason, next_try_at)
     values ($1, $2, $3, $4, clock_timestamp() + interval '2 seconds')
     on conflict (job, item) do update set reason = excluded.reason, program_id = excluded.program_id,
       attempts = case when f.resolved_at is null then f.attempts + 1 else 1 end,
       first_failed_at = case when f.resolved_at is null then f.first_failed_at else clock_timestamp() end,
       last_failed_at = clock_timestamp(), resolved_at = null,
       next_try_at = clock_timestamp() + make_interval(secs => least($5::float8,
         power(2, case when f.resolved_at is null then least(f.attempts + 1, 20) else 1 end)))`,
    [job, item.id, item.programId, reason, LONGEST_WAIT_SECONDS],
  );
}

async function markDone(tx: SqlTx, job: string, items: readonly string[]): Promise<void> {
  await tx.query(
    "update job_failure set resolved_at = clock_timestamp() where job = $1 and item = any($2::text[]) and resolved_at is null",
    [job, items],
  );
}

/** After so many tries others may go on without an item. */
const TRIES_BEFORE_OTHERS_GO_ON = 3;

/** What of a program a job has tried in vain often enough that whoever waits for it goes on without. */
export async function listStuckItems(tx: SqlTx, job: string, programId: string): Promise<string[]> {
  const { rows } = await tx.query<{ item: string }>(
    "select item from job_failure where job = $1 and program_id = $2 and resolved_at is null and attempts >= $3",
    [job, programId, TRIES_BEFORE_OTHERS_GO_ON],
  );
  return rows.map(({ item }) => item);
}

export interface JobFailure {
  job: string;
  item: string;
  programId: string | null;
  reason: string;
  attempts: number;
  firstFailedAt: Date;
  lastFailedAt: Date;
  nextTryAt: Date;
}

/** What jobs cannot do now, the latest failure first. */
export async function listFailures(tx: SqlTx, limit: number): Promise<JobFailure[]> {
  const { rows } = await tx.query<JobFailure>(
    `select job, item, program_id as "programId", reason, attempts, first_failed_at as "firstFailedAt",
            last_failed_at as "lastFailedAt", next_try_at as "nextTryAt"
       from job_failure where resolved_at is null order by last_failed_at desc limit $1`,
    [limit],
  );
  return rows;
}
