/**
 * Background work. `defineJob`/`enqueue`: single jobs on pg-boss, enqueued in the transaction that wants them; their
 * data are ids, and running one twice must do no harm. `runRepeatedly`: loops of the worker, each of which runs in
 * one process at a time, because it holds an advisory lock for as long as its connection lives.
 */
import { createHash, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { PgBoss } from "pg-boss";
import type { z } from "zod";
import { appPool, type SqlTx } from "./db";
import { env } from "./env";
import { loggerFor } from "./logger";
import { QUEUE_SCHEMA } from "./queue-schema";

export const JOB_EXPIRY_SECONDS = 60;
const log = loggerFor("jobs");

export interface Job<Data extends object = object> {
  name: string;
  schema: z.ZodType<Data>;
  /** A method, so that jobs with data of different shapes fit into one list. */
  run(data: Data): Promise<void>;
}

export function defineJob<Data extends object>(job: Job<Data>): Job<Data> {
  return job;
}

// "short" keeps at most one waiting job for each singleton key; a job without one gets a key of its own.
const QUEUE = {
  policy: "short" as const,
  expireInSeconds: JOB_EXPIRY_SECONDS,
  retryLimit: 5,
  retryDelay: 1,
  retryBackoff: true,
};

let sender: { pool: pg.Pool; boss: Promise<PgBoss>; queues: Set<string> } | undefined;

function newBoss(options: { supervise: boolean }): PgBoss {
  const boss = new PgBoss({
    schema: QUEUE_SCHEMA,
    // The owner made the tables (queue-schema.ts); this process may use them and change none.
    migrate: false,
    persistQueueStats: false,
    createSchema: false,
    supervise: options.supervise,
    schedule: false,
    db: { executeSql: async (text, values) => await appPool().query(text, values as unknown[] | undefined) },
  });
  boss.on("error", (error) => log.error({ err: error }, "job queue error"));
  return boss;
}

async function sendingBoss(queue: string): Promise<PgBoss> {
  const pool = appPool();
  if (sender?.pool !== pool)
    sender = { pool, boss: newBoss({ supervise: false }).start(), queues: new Set() };
  const { boss: starting, queues } = sender;
  const boss = await starting;
  if (!queues.has(queue)) {
    await boss.createQueue(queue, QUEUE);
    queues.add(queue);
  }
  return boss;
}

/** Enqueues in `tx` (nothing runs if it rolls back), or at once when `tx` is null. With `singletonKey`, one waiting job a key. */
export async function enqueue<Data extends object>(
  tx: SqlTx | null,
  job: Job<Data>,
  data: Data,
  options: { singletonKey?: string; startAfterSeconds?: number } = {},
): Promise<void> {
  const boss = await sendingBoss(job.name);
  await boss.send(job.name, job.schema.parse(data), {
    singletonKey: options.singletonKey ?? randomUUID(),
    ...(options.startAfterSeconds ? { startAfter: options.startAfterSeconds } : {}),
    ...(tx
      ? { db: { executeSql: async (text: string, values?: unknown[]) => await tx.query(text, values) } }
      : {}),
  });
}

/** Takes jobs from the queues until the function that it gives is called; that waits for jobs in hand. */
export async function startJobs(jobs: readonly Job[]): Promise<() => Promise<void>> {
  const boss = await newBoss({ supervise: true }).start();
  for (const job of jobs) {
    await boss.createQueue(job.name, QUEUE);
    await boss.work(job.name, { pollingIntervalSeconds: 1 }, async (taken) => {
      for (const each of taken) await job.run(job.schema.parse(each.data));
    });
  }
  return () => boss.stop({ graceful: true, timeout: 20_000 });
}

export interface RepeatedJob {
  name: string;
  /** Pause between the end of one run and the start of the next. */
  everyMs: number;
  /** Answers `true` when there is more to do at once. Must be safe to cut off anywhere and to run again. */
  run: (signal: AbortSignal) => Promise<unknown>;
}

export interface LoopState {
  runs: number;
  failures: number;
  lastRunAt: string | null;
  lastError: string | null;
}

export interface RunningLoops {
  state: () => Record<string, LoopState>;
  stop: () => Promise<void>;
}

const STANDBY_MS = 2_000;
const LONGEST_BACK_OFF_MS = 30_000;

/** Starts a loop for each job. Errors are logged and the loop goes on, slower after each further failure. */
export function runRepeatedly(jobs: readonly RepeatedJob[]): RunningLoops {
  const stopping = new AbortController();
  const locks = new LockHolder();
  const states = new Map<string, LoopState>();
  const loops = jobs.map(async (job) => {
    const state: LoopState = { runs: 0, failures: 0, lastRunAt: null, lastError: null };
    states.set(job.name, state);
    let failuresInARow = 0;
    while (!stopping.signal.aborted) {
      let pauseMs = job.everyMs;
      try {
        if (await locks.holds(job.name)) {
          const more = await job.run(stopping.signal);
          state.runs++;
          state.lastRunAt = new Date().toISOString();
          failuresInARow = 0;
          if (more === true) pauseMs = 0;
        } else pauseMs = STANDBY_MS;
      } catch (error) {
        state.failures++;
        failuresInARow++;
        state.lastError = error instanceof Error ? error.message : String(error);
        log.error({ err: error, job: job.name }, "repeated job failed");
        pauseMs = Math.min(LONGEST_BACK_OFF_MS, Math.max(job.everyMs, 250 * 2 ** failuresInARow));
      }
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  });
  return {
    state: () => Object.fromEntries(states),
    stop: async () => {
      stopping.abort();
      await Promise.all(loops);
      await locks.close();
    },
  };
}

/** Advisory locks of one connection: they end with it, so a killed process frees its loops at once. */
class LockHolder {
  private connection: Promise<pg.Client> | undefined;
  private held = new Set<string>();

  async holds(name: string): Promise<boolean> {
    this.connection ??= this.connect();
    const client = await this.connection;
    if (this.held.has(name)) return true;
    const key = createHash("sha256").update(`purse.loop.${name}`).digest().readBigInt64BE(0);
    const { rows } = await client.query<{ locked: boolean }>("select pg_try_advisory_lock($1) as locked", [
      key.toString(),
    ]);
    if (rows[0]?.locked) this.held.add(name);
    return this.held.has(name);
  }

  private async connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: env.DATABASE_URL,
      keepAlive: true,
      connectionTimeoutMillis: 10_000,
      // Every loop asks for its lock in its own time; each question is a transaction of its own.
      pipeline: true,
    });
    const forget = () => {
      this.connection = undefined;
      this.held = new Set();
    };
    client.on("error", forget);
    client.on("end", forget);
    try {
      await client.connect();
      return client;
    } catch (error) {
      forget();
      throw error;
    }
  }

  async close(): Promise<void> {
    const client = await this.connection?.catch(() => undefined);
    await client?.end();
  }
}
