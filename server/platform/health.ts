/** The state and age of each part of the system, for `GET /api/health` and the operators' health page. */
import { join } from "node:path";
import { type SqlTx, withScope } from "./db";
import { type Heartbeat, readHeartbeats } from "./heartbeat";
import { migrationState } from "./migrate";
import { mintSystemScope } from "./scope";

export type PartState = "ok" | "degraded" | "down";

export interface HealthPart {
  name: "database" | "migrations" | "worker" | "gateway" | "allocator" | "outbox";
  state: PartState;
  /** Age of what the part answers for: its last heartbeat, its oldest waiting piece of work; null when nothing waits. */
  ageSeconds: number | null;
  detail: Record<string, unknown>;
}

export interface Health {
  status: PartState;
  checkedAt: string;
  parts: HealthPart[];
}

const HEARTBEAT_LATE_SECONDS = 15;
const HEARTBEAT_DEAD_SECONDS = 60;
const BACKLOG_LATE_SECONDS = 10;
const BACKLOG_DEAD_SECONDS = 300;

function stateByAge(ageSeconds: number | null, late: number, dead: number): PartState {
  if (ageSeconds === null || ageSeconds < late) return "ok";
  return ageSeconds < dead ? "degraded" : "down";
}

export async function readHealth(
  migrations: string = join(process.cwd(), "prisma", "migrations"),
): Promise<Health> {
  const began = performance.now();
  const checkedAt = new Date().toISOString();
  try {
    const parts = await withScope(mintSystemScope("health"), async (tx): Promise<HealthPart[]> => {
      await tx.query("set local statement_timeout = 5000");
      const heartbeats = await readHeartbeats(tx);
      return [
        await migrationsPart(tx, migrations),
        heartbeatPart("worker", heartbeats),
        heartbeatPart("gateway", heartbeats),
        await backlogPart(tx, "allocator", ALLOCATOR_BACKLOG),
        await backlogPart(tx, "outbox", OUTBOX_BACKLOG),
      ];
    });
    const database: HealthPart = {
      name: "database",
      state: "ok",
      ageSeconds: null,
      detail: { answeredInMs: Math.round(performance.now() - began) },
    };
    return { status: overall([database, ...parts]), checkedAt, parts: [database, ...parts] };
  } catch {
    // Any failure here means that the database does not serve us; why is in the logs, not in a public answer.
    const part: HealthPart = { name: "database", state: "down", ageSeconds: null, detail: {} };
    return { status: "down", checkedAt, parts: [part] };
  }
}

/** The whole is down only with the database or the migrations; a dead worker leaves the portals readable. */
function overall(parts: readonly HealthPart[]): PartState {
  const vital = parts.some(
    (part) => part.state === "down" && (part.name === "database" || part.name === "migrations"),
  );
  if (vital) return "down";
  return parts.every((part) => part.state === "ok") ? "ok" : "degraded";
}

async function migrationsPart(tx: SqlTx, folder: string): Promise<HealthPart> {
  const { applied, pending } = await migrationState((sql) => tx.query(sql), folder);
  return {
    name: "migrations",
    state: pending.length === 0 ? "ok" : "down",
    ageSeconds: null,
    detail: { applied, pending },
  };
}

function heartbeatPart(name: "worker" | "gateway", heartbeats: readonly Heartbeat[]): HealthPart {
  const found = heartbeats.find((each) => each.part === name);
  if (!found) return { name, state: "down", ageSeconds: null, detail: { seen: false } };
  return {
    name,
    state: stateByAge(found.ageSeconds, HEARTBEAT_LATE_SECONDS, HEARTBEAT_DEAD_SECONDS),
    ageSeconds: round(found.ageSeconds),
    detail: found.detail,
  };
}

const ALLOCATOR_BACKLOG = `
  select count(*)::int as waiting,
    extract(epoch from clock_timestamp() - min(greatest(captured_at, recorded_at)))::float8 as "ageSeconds"
  from payment where capture_seq is not null and allocated_at is null`;
const OUTBOX_BACKLOG = `
  select count(*)::int as waiting, extract(epoch from clock_timestamp() - min(created_at))::float8 as "ageSeconds"
  from outbox where published_at is null`;

async function backlogPart(tx: SqlTx, name: "allocator" | "outbox", sql: string): Promise<HealthPart> {
  const { rows } = await tx.query<{ waiting: number; ageSeconds: number | null }>(sql);
  const ageSeconds = rows[0]?.ageSeconds ?? null;
  return {
    name,
    state: stateByAge(ageSeconds, BACKLOG_LATE_SECONDS, BACKLOG_DEAD_SECONDS),
    ageSeconds: ageSeconds === null ? null : round(ageSeconds),
    detail: { waiting: rows[0]?.waiting ?? 0 },
  };
}

function round(seconds: number): number {
  return Math.max(0, Math.round(seconds * 10) / 10);
}
