/**
 * Live signals: "something about payments of this organisation changed". The worker's relay notifies the channel
 * once per batch of events; each process listens on one connection and wakes its subscribers, who read afresh
 * through their own guarded procedures. A signal carries no data, so it can leak none.
 */
import pg from "pg";
import type { SqlTx } from "./db";
import { env } from "./env";
import { loggerFor } from "./logger";
import type { Scope } from "./scope";

export const LIVE_CHANNEL = "purse_live";
const DEFAULT_THROTTLE_MS = 500;
const RECONNECT_MS = 1_000;
const log = loggerFor("live");

export interface LiveSignal {
  /** What changed since the last signal: "payment", "payout", … Empty after a reconnection: read everything again. */
  aggregates: string[];
}

export interface LiveTopic {
  aggregate: string;
  organisationId: string | null;
}

/** Notifies listeners of distinct topics when `tx` commits. */
export async function notifyLive(tx: SqlTx, topics: readonly LiveTopic[]): Promise<void> {
  const texts = new Set(topics.map((topic) => `${topic.aggregate}:${topic.organisationId ?? ""}`));
  if (texts.size === 0) return;
  await tx.query("select pg_notify($1, topic) from unnest($2::text[]) topic", [LIVE_CHANNEL, [...texts]]);
}

type Listener = (topic: LiveTopic | null) => void;

const listeners = new Set<Listener>();
let connection: pg.Client | undefined;
let connecting: Promise<void> | undefined;
let retry: NodeJS.Timeout | undefined;

async function listen(): Promise<void> {
  const client = new pg.Client({
    connectionString: env.DATABASE_URL,
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
  });
  const lost = () => {
    if (connection !== client) return;
    connection = undefined;
    scheduleRetry();
  };
  client.on("error", lost);
  client.on("end", lost);
  client.on("notification", (message) => {
    const [aggregate = "", organisationId = ""] = (message.payload ?? "").split(":");
    for (const listener of listeners) listener({ aggregate, organisationId: organisationId || null });
  });
  await client.connect();
  await client.query(`listen ${LIVE_CHANNEL}`);
  connection = client;
}

function scheduleRetry(): void {
  if (retry || listeners.size === 0) return;
  retry = setTimeout(() => {
    retry = undefined;
    ensureListening()
      .then(() => {
        for (const listener of listeners) listener(null);
      })
      .catch(() => {});
  }, RECONNECT_MS);
  retry.unref();
}

async function ensureListening(): Promise<void> {
  if (connection) return;
  connecting ??= listen().finally(() => {
    connecting = undefined;
  });
  try {
    await connecting;
  } catch (error) {
    log.warn({ err: error }, "cannot listen for live signals");
    scheduleRetry();
    throw error;
  }
}

async function stopIfUnused(): Promise<void> {
  if (listeners.size > 0) return;
  clearTimeout(retry);
  retry = undefined;
  const client = connection;
  connection = undefined;
  await client?.end().catch(() => {});
}

/** Of this aggregate are changes of who may do what: sessions, memberships, roles, suspensions. */
const ACCESS = "access";

/** Tells every process, when `tx` commits, that somebody may do less than before. */
export async function notifyAccess(tx: SqlTx): Promise<void> {
  await notifyLive(tx, [{ aggregate: ACCESS, organisationId: null }]);
}

/**
 * A signal that aborts with `signal`, and as soon as `allowed` says no after somebody's access changed: an open stream
 * ends with the membership and not with its next reconnection.
 */
export function whileAllowed(allowed: () => Promise<boolean>, signal?: AbortSignal): AbortSignal {
  const ended = new AbortController();
  const listener: Listener = (topic) => {
    if (topic && topic.aggregate !== ACCESS) return;
    // Who cannot be asked about is let go; the client comes back and is asked again.
    allowed()
      .catch(() => false)
      .then((still) => {
        if (!still) ended.abort();
      });
  };
  const leave = () => {
    listeners.delete(listener);
    signal?.removeEventListener("abort", leave);
    ended.abort();
    void stopIfUnused();
  };
  listeners.add(listener);
  ended.signal.addEventListener("abort", leave, { once: true });
  signal?.addEventListener("abort", leave, { once: true });
  ensureListening().catch(() => {});
  if (signal?.aborted) leave();
  return ended.signal;
}

/**
 * Signals that `scope` may hear, at most one per `throttleMs`: operators hear of everything, tenants of what is
 * theirs. Ends when `signal` aborts. Nothing is lost in between: what arrives while the reader is busy is merged.
 */
export async function* subscribeLive(
  scope: Scope,
  options: { aggregates?: readonly string[]; signal?: AbortSignal; throttleMs?: number } = {},
): AsyncGenerator<LiveSignal, void, void> {
  const throttleMs = options.throttleMs ?? DEFAULT_THROTTLE_MS;
  const hearsAll = scope.kind === "operator" || scope.kind === "system";
  let waiting: Set<string> | undefined;
  let wake: () => void = () => {};
  const listener: Listener = (topic) => {
    if (topic) {
      if (topic.aggregate === ACCESS) return;
      if (!hearsAll && topic.organisationId !== scope.organisationId) return;
      if (options.aggregates && !options.aggregates.includes(topic.aggregate)) return;
    }
    waiting ??= new Set();
    if (topic) waiting.add(topic.aggregate);
    wake();
  };
  const aborted = () => wake();
  listeners.add(listener);
  options.signal?.addEventListener("abort", aborted);
  try {
    await ensureListening().catch(() => {});
    while (!options.signal?.aborted) {
      if (!waiting)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      if (options.signal?.aborted) return;
      if (!waiting) continue;
      const aggregates = [...waiting];
      waiting = undefined;
      yield { aggregates };
      if (!options.signal?.aborted) await new Promise((resolve) => setTimeout(resolve, throttleMs));
    }
  } finally {
    listeners.delete(listener);
    options.signal?.removeEventListener("abort", aborted);
    await stopIfUnused();
  }
}
