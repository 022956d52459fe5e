/** What became of each record of a batch: of those that could be read, and of those that could not. */
import type { UsageRecordResult, UsageResult } from "@/server/payments/types";
import type { FieldError, RecordRefusal } from "./errors";
import type { ReadRecord } from "./read-usage";
import type { Answer } from "./server";

type Outcome =
  | UsageRecordResult
  | {
      key: string | null;
      outcome: "refused";
      reason: RecordRefusal;
      allowance: null;
      errors: readonly FieldError[];
    };

export function answerUsage(read: readonly ReadRecord[], result: Extract<UsageResult, { ok: true }>): Answer {
  const done = result.records[Symbol.iterator]();
  const records: Outcome[] = [];
  for (const each of read) {
    if (each.ok) {
      const { value } = done.next();
      if (value) records.push(value);
    } else {
      const { key, reason, errors } = each;
      records.push({ key, outcome: "refused", reason, allowance: null, errors });
    }
  }
  const unreadable = read.filter((each) => !each.ok).length;
  const { recorded, duplicates } = result;
  return { status: 200, body: { recorded, duplicates, refused: result.refused + unreadable, records } };
}
