/** Events, written in the transaction that caused them and published by the worker afterwards. */

import { v7 } from "uuid";
import { binaryArray, type RowType, rowColumns } from "./binary-array";
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

const column = rowColumns<OutboxEvent>();

/** An event as a row of the outbox. */
export const OUTBOX_ROW: RowType<OutboxEvent> = {
  name: "outbox_row",
  columns: [
    column("id", "uuid", () => v7()),
    column("aggregatetype", "text", (event) => event.aggregateType),
    column("aggregateid", "uuid", (event) => event.aggregateId),
    column("type", "text", (event) => event.type),
    column("payload", "jsonb", (event) => event.payload),
    column("organisation_id", "uuid", (event) => event.organisationId),
  ],
};

export async function emit(tx: SqlTx, events: readonly OutboxEvent[]): Promise<void> {
  if (events.length === 0) return;
  await tx.query(
    `insert into outbox (id, aggregatetype, aggregateid, type, payload, organisation_id)
     select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::jsonb[], $6::uuid[])`,
    OUTBOX_ROW.columns.map(({ type, cell }) => binaryArray(type, events, cell as never)),
  );
}
