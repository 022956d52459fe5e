/**
 * Connections and transactions. Every statement of the application runs inside `withScope`, which tells row-level
 * security for whom; the role that the application logs in as owns nothing and can become nobody else (login.ts).
 */
import pg from "pg";
import { binaryRows, type RowType } from "./binary-array";
import { env } from "./env";
import type { Scope, SystemScope } from "./scope";

// BIGINT and NUMERIC arrive as exact values: bigint for int8, string for numeric.
pg.types.setTypeParser(pg.types.builtins.INT8, (text) => BigInt(text));
// DATE stays the text that it is; a Date would move it by the process's time zone.
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text);

/** A transaction, as repositories see it. Prisma's transaction offers the same through `sqlOf`. */
export interface SqlTx {
  query<Row = Record<string, unknown>>(
    text: string,
    params?: readonly unknown[],
  ): Promise<{ rows: Row[]; rowCount: number }>;
}

let pool: pg.Pool | undefined;

function connectionOptions() {
  return {
    connectionString: env.DATABASE_URL,
    options: "-c statement_timeout=60000 -c idle_in_transaction_session_timeout=60000",
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  };
}

/** The process's pool. */
export function appPool(): pg.Pool {
  if (!pool) {
    pool = new pg.Pool({ ...connectionOptions(), max: env.DATABASE_POOL_SIZE });
    // A connection that dies while idle is replaced by the pool; without a listener it would end the process.
    pool.on("error", () => {});
    // The pool takes its own listener away while a connection is lent out.
    pool.on("connect", (client) => client.on("error", () => {}));
  }
  return pool;
}

/** Ends every connection of the process. */
export async function closePool(): Promise<void> {
  const [closing, leaving] = [pool, lane];
  pool = undefined;
  lane = undefined;
  await Promise.all([closing?.end(), leaving?.then(({ client }) => client.end()).catch(() => {})]);
}

/** The number of each row type of the database, by its name. */
type RowTypes = ReadonlyMap<string, number>;

interface Lane {
  client: pg.Client;
  types: RowTypes;
}

let lane: Promise<Lane> | undefined;

/**
 * One connection for calls that follow each other without waiting for the answers before: the server turns to the next
 * while this process still reads the last. A lane that broke is replaced at the next call.
 */
function openLane(): Promise<Lane> {
  if (lane) return lane;
  const client = new pg.Client({ ...connectionOptions(), pipeline: true });
  const opening = client.connect().then(async () => ({ client, types: await readRowTypes(client) }));
  const leave = () => {
    if (lane === opening) lane = undefined;
  };
  client.on("error", leave);
  client.on("end", leave);
  opening.catch(leave);
  lane = opening;
  return opening;
}

async function readRowTypes(client: pg.Client): Promise<RowTypes> {
  const { rows } = await client.query<{ name: string; oid: number }>(
    `select t.typname as name, t.oid from pg_type t join pg_class c on c.oid = t.typrelid
      where c.relkind = 'c' and c.relnamespace = 'public'::regnamespace`,
  );
  return new Map(rows.map(({ name, oid }) => [name, oid]));
}

/** Items as an array of rows, for a call's parameters. */
export class RowsParameter<T> {
  constructor(
    private readonly type: RowType<T>,
    private readonly items: readonly T[],
  ) {}

  encode(types: RowTypes): Buffer {
    const oid = types.get(this.type.name);
    if (oid === undefined) throw new Error(`The database has no row type ${this.type.name}.`);
    return binaryRows(oid, this.type, this.items);
  }
}

/** A client as the owner of the schema, for migrations and checks only. */
export async function withOwner<T>(
  work: (client: pg.Client) => Promise<T>,
  url: string | undefined = env.PURSE_OWNER_DATABASE_URL,
): Promise<T> {
  if (!url) throw new Error("PURSE_OWNER_DATABASE_URL is not set: who owns the tables is not known here.");
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Somebody else was faster. It wears the code of a serialisation failure, on which a transaction is tried again. */
export class TransientDatabaseError extends Error {
  readonly code = "40001";
}

interface FunctionCall {
  /** Of the prepared statement. */
  name: string;
  text: string;
  /** Values, binary arrays and `RowsParameter`. */
  params: readonly unknown[];
}

/**
 * Calls a database function in one round trip, as a transaction of its own; calls are carried out in their order on one
 * connection. Nothing says here for whom: with no scope set the application's role sees no tenant's row, so this is for
 * functions that declare themselves for whom they act. Deadlocks and serialisation failures are tried again as by
 * `withScope`.
 */
export async function callFunction<Row>(_scope: SystemScope, call: FunctionCall): Promise<Row[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await askLane<Row>(await openLane(), call);
    } catch (error) {
      if (!RETRYABLE.has(sqlStateOf(error)) || attempt >= 3) throw error;
    }
  }
}

/**
 * Asked with a callback. What the driver's own promise held outlived the collections of young objects: two megabytes
 * of every fifty became old, and collecting those stops a busy gateway for tens of milliseconds every few seconds.
 */
function askLane<Row>({ client, types }: Lane, call: FunctionCall): Promise<Row[]> {
  return new Promise((resolve, reject) => {
    const values = call.params.map((each) => (each instanceof RowsParameter ? each.encode(types) : each));
    const query = { name: call.name, text: call.text, values };
    client.query(query, (error: Error | null, result: pg.QueryResult) => {
      if (error) reject(error);
      else resolve(result.rows as Row[]);
    });
  });
}

/** The code that Postgres gave a failure; empty for failures of other kinds. */
export function sqlStateOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** The constraint that a statement violated, by its name; empty for failures of other kinds. */
export function constraintOf(error: unknown): string {
  return error instanceof pg.DatabaseError ? (error.constraint ?? "") : "";
}

const RETRYABLE = new Set(["40001", "40P01"]);
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function scopeSettings(scope: Scope): string {
  const organisation = scope.organisationId ?? "";
  if (organisation !== "" && !UUID.test(organisation))
    throw new Error("A scope's organisation must be a UUID.");
  const actor = scope.actor.kind === "user" ? scope.actor.id : "";
  if (actor !== "" && !UUID.test(actor)) throw new Error("A scope's actor must be a UUID.");
  return `select set_config('purse.scope_kind','${scope.kind}',true), set_config('purse.scope_org','${organisation}',true), set_config('purse.scope_actor','${actor}',true)`;
}

/**
 * Goes on for somebody else inside a transaction, then for the first again: what the platform does in consequence of a
 * tenant's act is done with the act or not at all. An error of `work` must end the transaction.
 */
export async function continueAs<T>(
  tx: SqlTx,
  scopes: { from: Scope; to: Scope },
  work: () => Promise<T>,
): Promise<T> {
  await tx.query(scopeSettings(scopes.to));
  const value = await work();
  await tx.query(scopeSettings(scopes.from));
  return value;
}

/**
 * Runs `work` in one transaction that sees what `scope` may see. A deadlock or serialisation failure is tried again
 * up to three times, so `work` must do nothing outside the transaction that cannot be repeated.
 */
export async function withScope<T>(scope: Scope, work: (tx: SqlTx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const client = await appPool().connect();
    let broken: Error | undefined;
    try {
      await client.query(`begin; ${scopeSettings(scope)}`);
      const tx: SqlTx = {
        async query<Row>(text: string, params?: readonly unknown[]) {
          const result = await client.query(text, params as unknown[] | undefined);
          return { rows: result.rows as Row[], rowCount: result.rowCount ?? 0 };
        },
      };
      const value = await work(tx);
      await client.query("commit");
      return value;
    } catch (error) {
      await client.query("rollback").catch((rollbackError: Error) => {
        broken = rollbackError;
      });
      if (!RETRYABLE.has(sqlStateOf(error)) || attempt >= 3) throw error;
    } finally {
      client.release(broken);
    }
  }
}
