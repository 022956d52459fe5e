/** What the preview of a split needs of a payment that is not captured yet. */
import type { SqlTx } from "@/server/platform/db";

export interface PaymentToPreview {
  id: string;
  program_id: string;
  merchant_id: string;
  merchant_slug: string;
  device_kind: string;
  zone: string | null;
  amount_micros: bigint;
}

export async function findPaymentToPreview(tx: SqlTx, paymentId: string): Promise<PaymentToPreview | null> {
  const { rows } = await tx.query<PaymentToPreview>(
    `select p.id, p.program_id, p.merchant_id, o.slug as merchant_slug, p.device_kind, p.zone, p.amount_micros
       from payment p join organisation o on o.id = p.merchant_id where p.id = $1`,
    [paymentId],
  );
  return rows[0] ?? null;
}

export interface NamedParty {
  party_id: string;
  party_slug: string;
  party_name: string;
  party_kind: string;
}

export async function nameParties(tx: SqlTx, ids: readonly string[]): Promise<Map<string, NamedParty>> {
  const { rows } = await tx.query<NamedParty>(
    `select id as party_id, slug as party_slug, name as party_name, kind as party_kind
       from organisation where id = any($1::uuid[])`,
    [ids],
  );
  return new Map(rows.map((row) => [row.party_id, row]));
}

/** What waits in tranches of a program that no run has taken, of periods that end by `until`. */
export async function sumOpenTranches(
  tx: SqlTx,
  programId: string,
  until: Date,
): Promise<{ payment_count: bigint; gross_micros: bigint; refund_count: bigint; refund_micros: bigint }> {
  const { rows } = await tx.query<
    Record<"payment_count" | "gross_micros" | "refund_count" | "refund_micros", string>
  >(
    `select coalesce(sum(payment_count), 0)::text as payment_count, coalesce(sum(gross_micros), 0)::text as gross_micros,
       coalesce(sum(refund_count), 0)::text as refund_count, coalesce(sum(refund_micros), 0)::text as refund_micros
     from tranche where program_id = $1 and settlement_run_id is null and period_end <= $2`,
    [programId, until],
  );
  const row = rows[0];
  return {
    payment_count: BigInt(row?.payment_count ?? 0),
    gross_micros: BigInt(row?.gross_micros ?? 0),
    refund_count: BigInt(row?.refund_count ?? 0),
    refund_micros: BigInt(row?.refund_micros ?? 0),
  };
}
