/** Makes or brings up to date the tables of the job queue, as the owner; the processes only use them. */
import type pg from "pg";
import { PgBoss } from "pg-boss";

export const QUEUE_SCHEMA = "pgboss";

export async function installQueue(client: pg.Client): Promise<void> {
  const boss = new PgBoss({
    schema: QUEUE_SCHEMA,
    createSchema: false,
    supervise: false,
    schedule: false,
    db: { executeSql: async (text, values) => await client.query(text, values as unknown[] | undefined) },
  });
  let failure: unknown;
  boss.on("error", (error) => {
    failure ??= error;
  });
  await boss.start();
  await boss.stop({ graceful: false });
  if (failure) throw failure;
  await client.query(`grant usage on schema ${QUEUE_SCHEMA} to purse_app;
    grant select, insert, update, delete on all tables in schema ${QUEUE_SCHEMA} to purse_app`);
}
