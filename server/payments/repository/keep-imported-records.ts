/** The register of imported records: each once within an operator, with what became of it. */
import { insertRows } from "@/server/platform/bulk";
import type { SqlTx } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";
import type { Currency } from "@/server/platform/money";

export interface ImportedRecordRow {
  importId: Id<"import">;
  recordKey: string;
  operatorId: Id<"organisation">;
  programId: Id<"program">;
  merchantId: Id<"organisation">;
  sourceId: string;
  partySourceId: string;
  kind: "payment" | "refund" | "free";
  paymentId: Id<"payment"> | null;
  refundId: Id<"refund"> | null;
  amountMicros: bigint;
  currency: Currency;
  occurredAt: Date;
}

/** Registers what is not known yet, and gives the keys that went in. Rows of one call have different keys. */
export async function insertRecords(
  tx: SqlTx,
  records: readonly ImportedRecordRow[],
): Promise<ReadonlySet<string>> {
  const rows = await insertRows<ImportedRecordRow, { record_key: string }>(
    tx,
    "imported_record",
    [
      { name: "import_id", type: "uuid", value: (row) => row.importId },
      { name: "record_key", type: "text", value: (row) => row.recordKey },
      { name: "operator_id", type: "uuid", value: (row) => row.operatorId },
      { name: "program_id", type: "uuid", value: (row) => row.programId },
      { name: "merchant_id", type: "uuid", value: (row) => row.merchantId },
      { name: "source_id", type: "text", value: (row) => row.sourceId },
      { name: "party_source_id", type: "text", value: (row) => row.partySourceId },
      { name: "kind", type: "text", value: (row) => row.kind },
      { name: "payment_id", type: "uuid", value: (row) => row.paymentId },
      { name: "refund_id", type: "uuid", value: (row) => row.refundId },
      { name: "amount_micros", type: "bigint", value: (row) => row.amountMicros },
      { name: "currency", type: "text", value: (row) => row.currency },
      { name: "occurred_at", type: "timestamptz", value: (row) => row.occurredAt },
    ],
    records,
    { suffix: "on conflict do nothing returning record_key" },
  );
  return new Set(rows.map((row) => row.record_key));
}

export interface KnownRecord {
  recordKey: string;
  programId: Id<"program">;
  programName: string;
  merchantId: Id<"organisation">;
  merchantName: string;
  kind: ImportedRecordRow["kind"];
  paymentId: Id<"payment"> | null;
  refundId: Id<"refund"> | null;
  amountMicros: bigint;
  currency: Currency;
  occurredAt: Date;
  /** What is left of the payment. */
  refundableMicros: bigint;
}

export async function findRecords(
  tx: SqlTx,
  operatorId: Id<"organisation">,
  keys: readonly string[],
): Promise<Map<string, KnownRecord>> {
  if (keys.length === 0) return new Map();
  const { rows } = await tx.query<KnownRecord>(
    `select r.record_key as "recordKey", r.program_id as "programId", g.name as "programName",
       r.merchant_id as "merchantId", m.name as "merchantName", r.kind, r.payment_id as "paymentId",
       r.refund_id as "refundId", r.amount_micros as "amountMicros", r.currency, r.occurred_at as "occurredAt",
       coalesce(p.captured_micros - p.refunded_micros, 0)::bigint as "refundableMicros"
     from imported_record r join program g on g.id = r.program_id join organisation m on m.id = r.merchant_id
       left join payment p on p.id = r.payment_id
     where r.operator_id = $1 and r.record_key = any($2::text[]) and r.undone_at is null`,
    [operatorId, keys],
  );
  return new Map(rows.map((row) => [row.recordKey, row]));
}

/** Frees the keys of these payments and of all that gave back of them. */
export async function freeRecordsOfPayments(
  tx: SqlTx,
  paymentIds: readonly Id<"payment">[],
  at: Date,
): Promise<void> {
  await tx.query(
    `update imported_record set undone_at = $2 where payment_id = any($1::uuid[]) and undone_at is null`,
    [paymentIds, at],
  );
}

/** Frees what an import took without money. */
export async function freeRecordsWithoutMoney(tx: SqlTx, importId: Id<"import">, at: Date): Promise<void> {
  await tx.query(
    `update imported_record set undone_at = $2 where import_id = $1 and kind = 'free' and undone_at is null`,
    [importId, at],
  );
}
