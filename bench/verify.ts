/**
 * What the proof of the whole costs: time and memory of `purse verify` at a tenth of the payments and at all of them,
 * and what recording the legs for it costs the allocator. Payments come by a file, as those of another system do.
 */
import type { Row } from "./measure";
import type { BenchOptions, BenchReport } from "./run";
import { BUFFERS_FOR_SIZE, openHost } from "./server";

export const defaults = { size: "1000000", rounds: "10" };

export async function run(options: BenchOptions): Promise<BenchReport> {
  const host = await openHost(options.serverUrl, BUFFERS_FOR_SIZE);
  const rows: Row[] = [];
  const say = (row: Row) => {
    rows.push(row);
    options.onProgress(`${row.measure}: ${row.result} ${row.against} ${row.ratio?.toFixed(2) ?? ""}`);
  };
  try {
    const { version, settings } = await host.describe();
    const { url, loginUrl } = await host.createDatabase(true);
    process.env.DATABASE_URL = loginUrl;
    process.env.PURSE_OWNER_DATABASE_URL = url;
    process.env.NEXTAUTH_SECRET ??= "Vb3mQ0xk7TzR5nLw9dYc1HsJ8uEfG2aP4iOq6oXt";
    process.env.LOG_LEVEL ??= "error";
    // The product reads its environment when it is loaded.
    const { BATCH, proveAtTwoSizes, recordLegs } = await import("./verify/prove");
    const { closePool } = await import("@/server/platform/db");
    for (const row of await proveAtTwoSizes(options)) say(row);
    say(await recordLegs(options));
    await closePool();
    return {
      name: "verify",
      compared:
        "Every check of `purse verify` on a city of imported, split and settled payments, at a tenth and at all of them;\n" +
        `and the allocator's batches of ${BATCH} with and without the trigger that hashes and records their legs, in turns;\n` +
        `${settings}.`,
      rows,
      versions: { PostgreSQL: version, node: process.version },
    };
  } finally {
    await host.close();
  }
}
