/** The migration that makes a database read as its sources. */
import type { Difference } from "./sources";

/** Null when there is nothing to do. A table without a source is refused: rights are not taken away by a missing file. */
export function migrationText({ changed, gone }: Difference): string | null {
  const table = gone.find((name) => name.startsWith("table "))?.slice("table ".length);
  if (table)
    throw new Error(
      `${table} has rights or policies: say which in prisma/policies/${table}.sql, as is done beside it`,
    );
  if (changed.length + gone.length === 0) return null;
  const parts = changed.map(({ path, first, sql }) => [`-- prisma/${path}`, ...first, sql.trim()].join("\n"));
  return `${["-- A function may call one that stands further down.\nset local check_function_bodies = off;", ...parts, ...gone.map((name) => `drop ${name};`)].join("\n\n")}\n`;
}
