/** Events, written in the transaction that caused them and published by the worker afterwards. */

import { v7 } from "uuid";
import { binaryArray } from "./binary-array";
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

/** Events as parameters: the columns id, aggregatetype, aggregateid, type, payload and organisation_id. */
export function outboxArrays(events: readonly OutboxEvent[]): Buffer[] {
  return [
    binaryArray("uuid", events, () => v7()),
    binaryArray("text", events, (event) => event.aggregateType),
    binaryArray("uuid", events, (event) => event.aggregateId),
    binaryArray("text", events, (event) => event.type),
    binaryArray("jsonb", events, (event) => event.payload),
    binaryArray("uuid", events, (event) => event.organisationId),
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
