/** Events, written in the transaction that caused them and published by the worker afterwards. */

import { v7 } from "uuid";
import { jsonArray, plainArray, textArray } from "./array-literal";
import type { SqlTx } from "./db";

export interface OutboxEvent {
  /** What the event is about: "payment", "payout", … */
  aggregateType: string;
  aggregateId: string;
  /** Past tense, dotted: "payment.captured". */
  type: string;
  payload: Record<string, unknown>;
  /** The tenant that may hear of it; null for the platform alone. */
  organisationId: string | null;
}

/** Events as array literals: the columns id, aggregatetype, aggregateid, type, payload and organisation_id. */
export function outboxArrays(events: readonly OutboxEvent[]): string[] {
  return [
    plainArray(events, () => v7()),
    textArray(events, (event) => event.aggregateType),
    plainArray(events, (event) => event.aggregateId),
    textArray(events, (event) => event.type),
    jsonArray(events, (event) => event.payload),
    plainArray(events, (event) => event.organisationId),
  ];
}

export async function emit(tx: SqlTx, events: readonly OutboxEvent[]): Promise<void> {
  if (events.length === 0) return;
  await tx.query(
    `insert into outbox (id, aggregatetype, aggregateid, type, payload, organisation_id)
     select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::jsonb[], $6::uuid[])`,
    outboxArrays(events),
  );
}
