/** Payments that were allocated once and are split again for a comparison. */
import type { SqlTx } from "@/server/platform/db";

export interface ReplayPayment {
  captured_micros: bigint;
  device_kind: string;
  zone: string | null;
  captured_at: Date;
  merchant_slug: string;
}

interface Span {
  programId: string;
  from: Date;
  to: Date;
}

/** The newest `limit` allocated payments of the span, in the order of their capture. */
export async function listPaymentsToReplay(tx: SqlTx, span: Span, limit: number) {
  const { rows } = await tx.query<ReplayPayment>(
    `select captured_micros, device_kind, zone, captured_at, merchant_slug
       from (select p.capture_seq, p.captured_micros, p.device_kind, p.zone, p.captured_at, o.slug as merchant_slug
               from payment p join organisation o on o.id = p.merchant_id
              where p.program_id = $1 and p.capture_seq is not null and p.allocated_at is not null
                and p.captured_at >= $2 and p.captured_at < $3
              order by p.capture_seq desc limit $4) newest
      order by capture_seq`,
    [span.programId, span.from, span.to, limit],
  );
  return rows;
}

/** How the terms of agreements name an organisation. */
export async function findPartyName(tx: SqlTx, organisationId: string): Promise<string> {
  const { rows } = await tx.query<{ slug: string }>("select slug from organisation where id = $1", [
    organisationId,
  ]);
  return rows[0]?.slug ?? "";
}

/** What a party was allocated of payments captured in the span, by rule, before refunds. */
export async function sumLegsByRule(
  tx: SqlTx,
  span: Span & { partyId: string },
): Promise<Map<string, bigint>> {
  const { rows } = await tx.query<{ rule: string; micros: bigint }>(
    `select rule, sum(amount_micros)::bigint as micros from allocation_leg
      where program_id = $1 and party_id = $2 and effective_at >= $3 and effective_at < $4 and refund_ordinal = 0
      group by rule`,
    [span.programId, span.partyId, span.from, span.to],
  );
  return new Map(rows.map((row) => [row.rule, row.micros]));
}
