/** A batch of usage records, read one by one: what is wrong with one is its own affair. */
import type { z } from "zod";
import { type FieldError, Problem, printable, type RecordRefusal } from "./errors";
import { readJson } from "./read-json";
import { judge, refuseRepeatedNames } from "./read-message";
import { usageEnvelope, usageRecord } from "./schema";

type UsageRecord = z.infer<typeof usageRecord>;

export type ReadRecord =
  | { ok: true; record: UsageRecord }
  | { ok: false; key: string | null; reason: RecordRefusal; errors: FieldError[] };

/** In the order of the batch. Throws when the batch itself cannot be read. */
export function readUsage(bytes: Uint8Array): ReadRecord[] {
  if (bytes.length === 0) throw new Problem("malformed_body", "The body is empty.");
  const { value, repeatedNames } = readJson(bytes);
  const repeatedIn = new Map<number, string[]>();
  const elsewhere: string[] = [];
  for (const path of repeatedNames) {
    const [, index, field] = /^records\.(\d+)\.(.+)$/s.exec(path) ?? [];
    if (field === undefined) elsewhere.push(path);
    else repeatedIn.set(Number(index), [...(repeatedIn.get(Number(index)) ?? []), field]);
  }
  refuseRepeatedNames(elsewhere);
  const records = recordsOf(value);
  return records.map((each, index) => readRecord(each, repeatedIn.get(index) ?? []));
}

/** The batch is judged without its records, each of which is judged by itself. */
function recordsOf(value: unknown): unknown[] {
  const records =
    typeof value === "object" && value !== null && "records" in value && Array.isArray(value.records)
      ? value.records
      : null;
  const judged = judge(
    usageEnvelope,
    records ? { ...(value as object), records: records.map(() => null) } : value,
  );
  if (!judged.ok) throw new Problem(judged.code, judged.detail, { errors: judged.errors });
  return records ?? [];
}

function readRecord(value: unknown, repeated: readonly string[]): ReadRecord {
  const judged = judge(usageRecord, value);
  if (judged.ok && repeated.length === 0) return { ok: true, record: judged.value };
  const key = typeof value === "object" && value !== null && "key" in value ? value.key : null;
  const isCard = !judged.ok && judged.code === "card_number_refused";
  return {
    ok: false,
    // A key that cannot be one is not repeated: it may be what was refused.
    key: !isCard && usageRecord.shape.key.safeParse(key).success ? String(key) : null,
    reason: isCard ? "card_number_refused" : "record_invalid",
    errors: [
      ...repeated.map((field) => ({ field, message: "stands twice" })),
      ...(judged.ok ? [] : judged.errors),
    ].map(({ field, message }) => ({ field: printable(field), message: printable(message) })),
  };
}
