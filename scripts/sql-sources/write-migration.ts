/**
 * `npm run db:functions -- NAME`: makes `prisma/migrations/<time>_NAME/migration.sql` of every source under
 * `prisma/functions` and `prisma/policies` that reads otherwise than in a database migrated up to now, and drops the
 * functions and views that have no source any more. Lists of columns in the sources are written first. With `--check`
 * it says what differs and writes no migration.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { migrate } from "@/server/platform/migrate";
import { startPostgres } from "../postgres";
import { writeColumnLists } from "./column-lists";
import { migrationText } from "./migration-text";
import { compareWithSources, readSources, type Source } from "./sources";

const name = process.argv[2] ?? "";
const onlyChecks = name === "--check";
if (!onlyChecks && !/^[a-z]+(_[a-z0-9]+)*$/.test(name)) {
  console.error("Usage: npm run db:functions -- NAME, such as payments_refund_by_leg, or -- --check");
  process.exit(2);
}
const root = join(import.meta.dirname, "../..");
const sources: Source[] = [];
for (const source of await readSources(root)) {
  const written = writeColumnLists(source);
  sources.push(written);
  if (!onlyChecks && written.sql !== source.sql)
    await writeFile(join(root, "prisma", source.path), written.sql);
}
const server = await startPostgres({
  dataDir: join(root, ".purse", `functions-postgres-${process.pid}`),
  settings: { shared_buffers: "64MB" },
});
const client = new pg.Client({ connectionString: server.url });
try {
  await client.connect();
  await migrate(client, join(root, "prisma/migrations"));
  const difference = await compareWithSources(client, sources);
  const text = migrationText(difference);
  if (text === null) console.log("The database reads as its sources: nothing to write.");
  else if (onlyChecks) {
    console.log(
      `These differ from the migrated database:\n${[...difference.changed.map(({ path }) => `prisma/${path}`), ...difference.gone].join("\n")}`,
    );
    process.exitCode = 1;
  } else {
    const time = new Date().toISOString().replaceAll(/\D/g, "").slice(0, 14);
    const folder = join("prisma/migrations", `${time}_${name}`);
    await mkdir(join(root, folder));
    await writeFile(join(root, folder, "migration.sql"), text);
    console.log(`${folder}: ${difference.changed.length} changed, ${difference.gone.length} gone`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await client.end();
  await server.destroy();
}
