/** Events, written in the transaction that caused them and published by the worker afterwards. */

import { v7 } from "uuid";
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

/** Rows of events as JSON of the table's columns, for database functions that write them beside other things. */
export function outboxRecords(events: readonly OutboxEvent[]): object[] {
  return events.map((event) => ({
    id: v7(),
    aggregatetype: event.aggregateType,
    aggregateid: event.aggregateId,
    type: event.type,
    payload: event.payload,
    organisation_id: event.organisationId,
  }));
}

export async function emit(tx: SqlTx, events: readonly OutboxEvent[]): Promise<void> {
  if (events.length === 0) return;
  await tx.query(
    `insert into outbox (id, aggregatetype, aggregateid, type, payload, organisation_id)
     select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::jsonb[], $6::uuid[])`,
    [
      events.map(() => v7()),
      events.map((event) => event.aggregateType),
      events.map((event) => event.aggregateId),
      events.map((event) => event.type),
      events.map((event) => JSON.stringify(event.payload)),
      events.map((event) => event.organisationId),
    ],
  );
}
