/** The Prisma client over the process's own pool, so that it connects as the same role and obeys the same policies. */
import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { type Prisma, PrismaClient } from "@/generated/prisma/client";
import { appPool, type SqlTx } from "./db";
import type { Scope } from "./scope";

/**
 * The pool as Prisma wants it: Prisma decodes 64-bit integers itself and falls over our process-wide parser, which
 * already made them bigint.
 */
function withTextIntegers<T extends pg.Pool | pg.PoolClient>(connection: T): T {
  return new Proxy(connection, {
    get(target, name) {
      if (name === "query")
        return (config: unknown, ...rest: unknown[]) =>
          Reflect.apply(target.query, target, [textIntegers(config), ...rest]);
      if (name === "connect" && target instanceof pg.Pool)
        return async () => withTextIntegers(await target.connect());
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function textIntegers(config: unknown): unknown {
  if (typeof config !== "object" || config === null || !("types" in config)) return config;
  const types = config.types as pg.CustomTypesConfig;
  const getTypeParser = (oid: number, format?: "text" | "binary") =>
    oid === pg.types.builtins.INT8 ? String : types.getTypeParser(oid, format);
  return { ...config, types: { getTypeParser } };
}

let built: { pool: pg.Pool; client: PrismaClient } | undefined;

function prismaClient(): PrismaClient {
  const pool = appPool();
  if (built?.pool !== pool)
    built = { pool, client: new PrismaClient({ adapter: new PrismaPg(withTextIntegers(pool)) }) };
  return built.client;
}

export type PrismaTx = Prisma.TransactionClient;

/**
 * Runs `work` in one Prisma transaction that sees what `scope` may see. The settings live as long as the
 * transaction, so a pooled connection carries nothing over to its next user.
 */
export async function withPrismaScope<T>(scope: Scope, work: (db: PrismaTx) => Promise<T>): Promise<T> {
  return await prismaClient().$transaction(
    async (db) => {
      await db.$queryRaw`select set_config('purse.scope_kind', ${scope.kind}, true),
        set_config('purse.scope_org', ${scope.organisationId ?? ""}, true),
        set_config('purse.scope_actor', ${scope.actor.kind === "user" ? scope.actor.id : ""}, true)`;
      return await work(db);
    },
    { maxWait: 10_000, timeout: 30_000 },
  );
}

const WRITES_WITHOUT_ROWS = /^\s*(insert|update|delete)\b(?!.*\breturning\b)/is;

/**
 * The same transaction as plain SQL, for the functions that take a `SqlTx` (posting, audit, events). Exact numerics
 * arrive as strings and `bigint` as bigint, as over `pg`; only a bare DATE arrives as a `Date`, so cast it to text.
 */
export function sqlOf(db: PrismaTx): SqlTx {
  return {
    async query<Row>(text: string, params: readonly unknown[] = []) {
      if (WRITES_WITHOUT_ROWS.test(text))
        return { rows: [], rowCount: await db.$executeRawUnsafe(text, ...params) };
      const rows = await db.$queryRawUnsafe<Record<string, unknown>[]>(text, ...params);
      return { rows: rows.map(plainRow) as Row[], rowCount: rows.length };
    },
  };
}

function plainRow(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, isDecimal(value) ? value.toFixed() : value]),
  );
}

function isDecimal(value: unknown): value is { toFixed(): string } {
  return typeof value === "object" && value !== null && "toFixed" in value && "isNaN" in value;
}
