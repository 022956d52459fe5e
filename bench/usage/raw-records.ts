/** The floor: the same rows into a table with the same columns, checks and indexes, and nothing asked. */
import pg from "pg";
import { parseQuantityMicros } from "@/server/payments/rules/cover-by-allowance";
import type { UsageRecordInput } from "@/server/payments/types";
import { binaryArray } from "@/server/platform/binary-array";
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
         select t.device, t.merchant, t.key, t.usage_window, t.amount, t.at, t.quantity::numeric, t.unit, t.allowance,
           t.covered_quantity, t.covered
         from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::bigint[], $6::timestamptz[], $7::text[],
           $8::text[], $9::uuid[], $10::bigint[], $11::bigint[])
           as t(device, merchant, key, usage_window, amount, at, quantity, unit, allowance, covered_quantity, covered)`,
        [
          binaryArray("uuid", batch, () => world.deviceId),
          binaryArray("uuid", batch, () => world.merchantId),
          binaryArray("text", batch, (record) => record.key),
          binaryArray("uuid", batch, (record) => windowOf.get(record.instrumentToken)),
          binaryArray("bigint", batch, (record) => (covered ? 0 : record.amountMicros)),
          binaryArray("timestamptz", batch, (record) => record.occurredAt),
          binaryArray("text", batch, (record) => record.quantity),
          binaryArray("text", batch, (record) => record.unit),
          binaryArray("uuid", batch, () => world.allowanceId),
          binaryArray("bigint", batch, quantity),
          binaryArray("bigint", batch, (record) => (covered ? record.amountMicros : 0)),
        ],
      );
    },
    close: async () => {
      await pool.query("drop table raw_usage_record");
      await pool.end();
    },
  };
}
