/** Writes `prisma/schema/<domain>.prisma` from a scratch database that is migrated for the purpose. */
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { migrate } from "@/server/platform/migrate";
import { startPostgres } from "../postgres";
import { derivePrismaSchema } from "./derive";

const root = join(import.meta.dirname, "../..");
const migrations = join(root, "prisma/migrations");
const folder = join(root, "prisma/schema");
const server = await startPostgres({
  dataDir: join(root, ".purse", `schema-postgres-${process.pid}`),
  settings: { shared_buffers: "64MB" },
});
try {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await migrate(client, migrations);
  const files = await derivePrismaSchema(client, migrations);
  await client.end();
  for (const name of await readdir(folder))
    if (name !== "schema.prisma" && !files.has(name.replace(".prisma", ""))) await rm(join(folder, name));
  for (const [domain, text] of files) await writeFile(join(folder, `${domain}.prisma`), text);
  console.log(`Wrote ${files.size} files under prisma/schema.`);
} finally {
  await server.destroy();
}
