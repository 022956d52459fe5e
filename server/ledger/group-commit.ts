/**
 * Group commit: callers of one process that arrive while a posting call is under way share the next one, so that one
 * hot account's lock and one disk flush serve many. Nothing waits for company: an idle line posts at once.
 */
import { appPool, sqlStateOf } from "@/server/platform/db";
import { MAX_BATCH, type ResultCode } from "./constants";
import { parseCodes, postStatement, type TransferEvent } from "./repository/post-events";
import { toEvent } from "./service";
import type { TransferInput } from "./types";

export type GroupCommitAnswer =
  | { ok: true; results: ResultCode[] }
  /** The line is too long or the wait was; nothing was posted. Ask again after so many seconds. */
  | { ok: false; reason: "ledger_busy"; retryAfterSeconds: number };

export interface GroupCommitOptions {
  /** Most transfers that wait for a call before newcomers are refused. */
  maxQueued?: number;
  /** Most transfers in one call. */
  maxBatch?: number;
  /** How long one may wait before its call begins; what is over is refused, not posted. */
  maxWaitMs?: number;
  /** Sends one posting call as one transaction of its own; the process's pool by default. */
  send?: (events: readonly TransferEvent[]) => Promise<ResultCode[]>;
}

export interface GroupCommit {
  /** Posts a caller's transfers; a chain of linked ones must end within them. */
  post(inputs: readonly TransferInput[]): Promise<GroupCommitAnswer>;
  /** Transfers that wait and that are under way. */
  load(): { queued: number; underWay: number };
  /** Waits until nothing is under way. */
  drain(): Promise<void>;
}

interface Waiting {
  events: TransferEvent[];
  since: number;
  resolve(answer: GroupCommitAnswer): void;
  reject(error: unknown): void;
}

const BUSY: GroupCommitAnswer = { ok: false, reason: "ledger_busy", retryAfterSeconds: 1 };
/** Serialisation failure, deadlock, and the same new id from two processes at once: the next try sees what was. */
const AGAIN = new Set(["40001", "40P01", "23505"]);

export function createGroupCommit(options: GroupCommitOptions = {}): GroupCommit {
  const { maxQueued = 10_000, maxBatch = 1_000, maxWaitMs = 2_000, send = sendThroughPool } = options;
  let queue: Waiting[] = [];
  let queued = 0;
  let underWay = 0;
  let running = false;
  const idle: (() => void)[] = [];

  async function run(): Promise<void> {
    // One turn of the event loop, so that callers of the same moment meet.
    await new Promise(setImmediate);
    while (queue.length > 0) await postBatch(takeBatch());
    running = false;
    for (const wake of idle.splice(0)) wake();
  }

  function takeBatch(): Waiting[] {
    const oldest = performance.now() - maxWaitMs;
    const batch: Waiting[] = [];
    let size = 0;
    let taken = 0;
    for (const waiting of queue) {
      if (size > 0 && size + waiting.events.length > maxBatch) break;
      taken++;
      queued -= waiting.events.length;
      if (waiting.since < oldest) {
        waiting.resolve(BUSY);
        continue;
      }
      size += waiting.events.length;
      batch.push(waiting);
    }
    queue = queue.slice(taken);
    underWay = size;
    return batch;
  }

  async function postBatch(batch: Waiting[]): Promise<void> {
    if (batch.length === 0) return;
    const events =
      batch.length === 1 ? (batch[0] as Waiting).events : batch.flatMap((waiting) => waiting.events);
    try {
      const results = await sendPatiently(events);
      let from = 0;
      for (const waiting of batch) {
        waiting.resolve({ ok: true, results: results.slice(from, from + waiting.events.length) });
        from += waiting.events.length;
      }
    } catch (error) {
      if (batch.length === 1) batch[0]?.reject(error);
      // One caller's malformed transfer must not fail the others.
      else for (const waiting of batch) await postBatch([waiting]);
    }
    underWay = 0;
  }

  async function sendPatiently(events: readonly TransferEvent[]): Promise<ResultCode[]> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await send(events);
      } catch (error) {
        if (!AGAIN.has(sqlStateOf(error)) || attempt >= 4) throw error;
      }
    }
  }

  return {
    async post(inputs) {
      if (inputs.length === 0) return { ok: true, results: [] };
      if (inputs.length > MAX_BATCH) throw new Error(`A call has at most ${MAX_BATCH} transfers.`);
      if (inputs.at(-1)?.linked) throw new Error("A chain of linked transfers must end within its call.");
      if (queued + inputs.length > maxQueued && queue.length > 0) return BUSY;
      queued += inputs.length;
      return await new Promise<GroupCommitAnswer>((resolve, reject) => {
        queue.push({ events: inputs.map(toEvent), since: performance.now(), resolve, reject });
        if (!running) {
          running = true;
          void run();
        }
      });
    },
    load: () => ({ queued, underWay }),
    async drain() {
      if (running) await new Promise<void>((resolve) => idle.push(resolve));
    },
  };
}

/** One statement is one transaction: no begin and commit to wait for. */
async function sendThroughPool(events: readonly TransferEvent[]): Promise<ResultCode[]> {
  const { text, params } = postStatement(events);
  // Said in the same statement for whom it posts: the ledger posts nothing without a scope.
  const scoped = `${text} from (select set_config('purse.scope_kind', 'system', true)) scope`;
  const { rows } = await appPool().query<{ codes: string }>({
    name: "ledger.post",
    text: scoped,
    values: params,
  });
  return parseCodes(rows[0]?.codes ?? "");
}
