/** The floor: the same rows into a table with the same columns, checks and indexes, and nothing asked. */
import pg from "pg";
import { parseQuantityMicros } from "@/server/payments/rules/cover-by-allowance";
import type { UsageRecordInput } from "@/server/payments/types";
import { plainArray, textArray } from "@/server/platform/array-literal";
import { newId } from "@/server/platform/ids";
import type { BenchWorld } from "./world";

export async function openRaw(
  databaseUrl: string,
  world: BenchWorld,
): Promise<{ insert: (batch: readonly UsageRecordInput[]) => Promise<void>; close: () => Promise<void> }> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  pool.on("error", () => {});
  await pool.query("drop table if exists raw_usage_record");
  await pool.query("create table raw_usage_record (like usage_record including all)");
  const covered = world.allowanceId !== null;
  const quantity = (record: UsageRecordInput) => (covered ? parseQuantityMicros(record.quantity ?? "0") : 0);
  const windowOf = new Map(world.wallets.map((wallet) => [wallet.token, newId("usageWindow")]));
  return {
    insert: async (batch) => {
      await pool.query(
        `insert into raw_usage_record (device_id, merchant_id, record_key, window_id, amount_micros, occurred_at, quantity, unit,
           allowance_id, covered_quantity_micros, covered_micros)
         select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::bigint[], $6::timestamptz[], $7::numeric[],
           $8::text[], $9::uuid[], $10::bigint[], $11::bigint[])`,
        [
          plainArray(batch, () => world.deviceId),
          plainArray(batch, () => world.merchantId),
          textArray(batch, (record) => record.key),
          plainArray(batch, (record) => windowOf.get(record.instrumentToken)),
          plainArray(batch, (record) => (covered ? 0 : record.amountMicros)),
          plainArray(batch, (record) => record.occurredAt.toISOString()),
          plainArray(batch, (record) => record.quantity),
          textArray(batch, (record) => record.unit),
          plainArray(batch, () => world.allowanceId),
          plainArray(batch, quantity),
          plainArray(batch, (record) => (covered ? record.amountMicros : 0)),
        ],
      );
    },
    close: async () => {
      await pool.query("drop table raw_usage_record");
      await pool.end();
    },
  };
}
