/** Facts about an installation that live in its database: whether it is the demo, and whether that is whole. */
import { withOwner } from "@/server/platform/db";

export type InstallationKind = "new" | "demo" | "demo_unfinished" | "empty";

export async function readInstallation(url: string): Promise<InstallationKind> {
  return await withOwner(async (client) => {
    const { rows } = await client.query<{ value: string }>(
      "select value from installation where key = 'kind'",
    );
    const value = rows[0]?.value;
    if (value === "demo" || value === "demo_unfinished" || value === "empty") return value;
    const used = await client.query("select 1 from organisation limit 1");
    return used.rowCount === 0 ? "new" : "empty";
  }, url);
}

export async function writeInstallation(url: string, kind: Exclude<InstallationKind, "new">): Promise<void> {
  await withOwner(async (client) => {
    await client.query(
      `insert into installation (key, value) values ('kind', $1)
       on conflict (key) do update set value = excluded.value, changed_at = clock_timestamp()`,
      [kind],
    );
  }, url);
}

/** Empties an embedded database whose demo was interrupted half-way, so that it can be made anew. */
export async function recreateDatabase(url: string): Promise<void> {
  const admin = new URL(url);
  const name = admin.pathname.slice(1);
  admin.pathname = "/postgres";
  await withOwner(async (client) => {
    await client.query(`drop database if exists "${name}" with (force)`);
    await client.query(`create database "${name}"`);
  }, admin.toString());
}
