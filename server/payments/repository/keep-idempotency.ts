/** First answers by device and key. Inserting the key is what serialises equal requests that arrive together. */
import { insertRows } from "@/server/platform/bulk";
import type { OldRows } from "@/server/platform/clear-old";
import type { SqlTx } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";
import { IDEMPOTENCY_KEPT_HOURS } from "../constants";
import type { EarlierAnswer, PaymentAnswer } from "../types";

export interface FirstAnswer {
  deviceId: Id<"device">;
  key: string;
  requestHash: Uint8Array;
  paymentId: Id<"payment">;
  status: number;
  response: PaymentAnswer;
  at: Date;
}

/**
 * Stores the answers whose key is new and gives the positions of these. A key that another transaction is just
 * storing is waited for. Keys go in sorted, so that two batches cannot wait for each other.
 */
export async function claimKeys(tx: SqlTx, answers: readonly FirstAnswer[]): Promise<Set<number>> {
  const sorted = answers
    .map((answer, at) => ({ ...answer, position: at }))
    .sort((a, b) => compare(a.deviceId, b.deviceId) || compare(a.key, b.key));
  const rows = await insertRows<(typeof sorted)[number], { device_id: string; key: string }>(
    tx,
    "idempotency_key",
    [
      { name: "device_id", type: "uuid", value: (row) => row.deviceId },
      { name: "key", type: "text", value: (row) => row.key },
      { name: "request_hash", type: "bytea", value: (row) => Buffer.from(row.requestHash) },
      { name: "payment_id", type: "uuid", value: (row) => row.paymentId },
      { name: "status", type: "smallint", value: (row) => row.status },
      { name: "response", type: "json", value: (row) => JSON.stringify(row.response) },
      { name: "created_at", type: "timestamptz", value: (row) => row.at },
    ],
    sorted,
    { suffix: "on conflict do nothing returning device_id, key" },
  );
  const claimed = new Set(rows.map((row) => `${row.device_id} ${row.key}`));
  return new Set(
    sorted.filter((row) => claimed.has(`${row.deviceId} ${row.key}`)).map((row) => row.position),
  );
}

export async function findAnswer(
  tx: SqlTx,
  deviceId: Id<"device">,
  key: string,
): Promise<EarlierAnswer | null> {
  const { rows } = await tx.query<EarlierAnswer>(
    `select request_hash as "requestHash", status, response from idempotency_key where device_id = $1 and key = $2`,
    [deviceId, key],
  );
  return rows[0] ?? null;
}

/** Answers that nobody repeats a message for any more. */
export const OLD_ANSWERS: OldRows = {
  table: "idempotency_key",
  key: ["device_id", "key"],
  due: `created_at < $1::timestamptz - interval '${IDEMPOTENCY_KEPT_HOURS} hours'`,
};

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
