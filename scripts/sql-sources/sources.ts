/**
 * The present text of every function and view, `prisma/functions/<domain>/<name>.sql`, and of the rights and policies
 * of every table, `prisma/policies/<table>.sql`. A migration is made of what differs from the migrated database.
 */
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import pg from "pg";
import { describeObjects, namesByPath, type Objects, TAKE_ALL_RIGHTS } from "./describe";

export interface Source {
  /** Below `prisma/`. */
  path: string;
  sql: string;
}

export async function readSources(root: string): Promise<Source[]> {
  const prisma = join(root, "prisma");
  const folders = ["functions", "policies"].map((folder) =>
    readdir(join(prisma, folder), { recursive: true, withFileTypes: true }),
  );
  const files = (await Promise.all(folders))
    .flatMap((entries) => entries.filter((entry) => entry.isFile() && entry.name.endsWith(".sql")))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return await Promise.all(
    files.map(async (file) => ({ path: relative(prisma, file), sql: await readFile(file, "utf8") })),
  );
}

export interface Change extends Source {
  /** What must be run before the source, because it cannot replace what stands. */
  first: string[];
}

export interface Difference {
  /** Sources whose objects are new or read otherwise than in the database, in an order in which they can be run. */
  changed: Change[];
  /** Objects of the database that no source makes. */
  gone: string[];
  /** Per source what it makes, by the names of `describeObjects`. */
  makes: Map<string, string[]>;
}

const APPLIED = "pg_temp.applied_source";

/** Another function or type, which a source may itself make later. */
const NOT_THERE_YET = new Set(["42883", "42P01", "42704"]);
/**
 * Another answer, name of an argument or column: `create or replace` does not do that. Or another list of arguments,
 * where a right is then given to a function that stands twice.
 */
const CANNOT_REPLACE = new Set(["42P13", "42P16", "42725"]);

/** Holds a migrated database against the sources, in a transaction that is rolled back. */
export async function compareWithSources(
  client: pg.ClientBase,
  sources: readonly Source[],
): Promise<Difference> {
  const before = await describeObjects(client);
  await client.query("begin");
  try {
    // A function may call one that a later file makes.
    await client.query("set local check_function_bodies = off");
    await client.query(TAKE_ALL_RIGHTS);
    const applied = await applyAll(client, sources, before);
    const makes = await namesByPath(client, APPLIED);
    const after = await describeObjects(client);
    const differs = (name: string) => before.get(name)?.text !== after.get(name)?.text;
    const made = new Set([...makes.values()].flat());
    const changed = applied.filter(({ path }) => makes.get(path)?.some(differs));
    await client.query("set local check_function_bodies = on");
    for (const source of changed.filter(({ path }) => path.startsWith("functions/")))
      await run(client, source);
    const gone = [...before]
      .filter(([name, { text }]) => text !== "" && !made.has(name) && after.has(name))
      .map(([name]) => name);
    for (const name of gone.filter((each) => !each.startsWith("table "))) await run(client, dropOf(name));
    return { changed: changed.map((change) => withDrops(change, before)), gone, makes };
  } finally {
    await client.query("rollback");
  }
}

/** Runs every source, those that need another one after it. */
async function applyAll(
  client: pg.ClientBase,
  sources: readonly Source[],
  before: Objects,
): Promise<Change[]> {
  await client.query(`create temp table ${APPLIED} (path text not null) on commit drop`);
  const applied: Change[] = [];
  let waiting = [...sources];
  while (waiting.length > 0) {
    const later: Source[] = [];
    let reason: unknown;
    for (const source of waiting) {
      try {
        applied.push(await apply(client, source, before));
      } catch (error) {
        if (!(error instanceof SourceError) || !NOT_THERE_YET.has(error.code)) throw error;
        reason = error;
        later.push(source);
      }
    }
    if (later.length === waiting.length) throw reason;
    waiting = later;
  }
  return applied;
}

const BEFORE_SOURCE = "savepoint source;\n";

class SourceError extends Error {
  readonly code: string;
  constructor({ path, sql }: Source, cause: pg.DatabaseError) {
    const at = Number(cause.position) - BEFORE_SOURCE.length;
    const line = at > 0 ? `:${sql.slice(0, at).split("\n").length}` : "";
    super(`prisma/${path}${line}: ${[cause.message, cause.detail, cause.where].filter(Boolean).join("\n")}`, {
      cause,
    });
    this.code = cause.code ?? "";
  }
}

async function run(client: pg.ClientBase, source: Source): Promise<void> {
  try {
    await client.query(
      `${BEFORE_SOURCE}${source.sql}\ninsert into ${APPLIED} values (${pg.escapeLiteral(source.path)});\nrelease savepoint source`,
    );
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    await client.query("rollback to savepoint source");
    throw new SourceError(source, error);
  }
}

async function apply(client: pg.ClientBase, source: Source, before: Objects): Promise<Change> {
  try {
    await run(client, source);
    return { ...source, first: [] };
  } catch (error) {
    if (!(error instanceof SourceError) || !CANNOT_REPLACE.has(error.code)) throw error;
    const first = namesIn(source.sql, before).map((name) => `drop ${name};`);
    await run(client, { ...source, sql: `${first.join("\n")}\n${source.sql}` });
    return { ...source, first };
  }
}

/** Dropped to see that nothing rests on it any more. */
function dropOf(name: string): Source {
  return {
    path: `functions/…/${name.replace(/^\w+ (?:ledger\.)?(\w+).*$/s, "$1")}.sql`,
    sql: `drop ${name};`,
  };
}

/** Rights and policies are given anew as a whole. */
function withDrops(change: Change, before: Objects): Change {
  const table = /^policies\/(.+)\.sql$/.exec(change.path)?.[1];
  const policies = table ? (before.get(`table ${table}`)?.policies ?? []) : [];
  if (!table || !before.has(`table ${table}`)) return change;
  const drops = policies.map((policy) => `drop policy ${policy} on ${table};`);
  return { ...change, first: [`revoke all on ${table} from public, purse_app;`, ...drops] };
}

const CREATES = /^create\s+or\s+replace\s+(function|view)\s+([a-z_][\w.]*)/gim;

/** The functions and views that stand under the names which a source makes. */
function namesIn(sql: string, objects: Objects): string[] {
  const wanted = [...sql.matchAll(CREATES)].map(([, kind = "", name = ""]) =>
    `${kind} ${name}`.toLowerCase(),
  );
  return [...objects.keys()].filter((key) => wanted.includes(key.replace(/\(.*$/, "")));
}
