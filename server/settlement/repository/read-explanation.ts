/** What stands behind one figure of a statement: sums by day, version, rule and step. Row-level security decides whose. */
import type { SqlTx } from "@/server/platform/db";

export interface ExplainedLineRow {
  day: string;
  agreement_id: string;
  agreement_version: number | null;
  rule: string;
  step: string | null;
  payment_count: bigint;
  refund_count: bigint;
  amount_micros: bigint;
}

export interface ExplainedPart {
  /** Whose legs; of everybody when null. */
  partyId: string | null;
  /** Of payments to this merchant; of all when null. */
  merchantId: string | null;
  /** Of payments to anybody but this merchant. */
  notMerchantId?: string | null;
  step: string | null;
  /** What was allocated, or what refunds took back. */
  of: "allocated" | "refunds";
  /** Together with the steps of a rule, because the figure counts whole payments. */
  wholePayments?: boolean;
}

export async function sumExplanation(
  tx: SqlTx,
  runId: string,
  part: ExplainedPart,
  limit: number,
): Promise<ExplainedLineRow[]> {
  const amount = part.of === "refunds" ? "t.refund_micros" : "t.amount_micros";
  const step = part.wholePayments ? "null::text" : "t.step";
  // Over the steps of a rule a payment counts once: with the merchant's own first leg.
  const payments = part.wholePayments
    ? "sum(t.first_count) filter (where t.party_id = t.merchant_id)"
    : "sum(t.payment_count)";
  const { rows } = await tx.query<ExplainedLineRow>(
    `select t.day::text as day, t.agreement_id, a.version as agreement_version, t.rule, ${step} as step,
            coalesce(${payments}, 0)::bigint as payment_count, sum(t.refund_count)::bigint as refund_count,
            sum(${amount})::bigint as amount_micros
       from tranche x join tranche_total t on t.tranche_no = x.no left join agreement a on a.id = t.agreement_id
      where x.settlement_run_id = $1 and ($2::uuid is null or t.party_id = $2)
        and ($3::uuid is null or t.merchant_id = $3) and ($4::uuid is null or t.merchant_id <> $4)
        and ($5::text is null or t.step = $5)
      group by 1, 2, 3, 4, 5 having sum(${amount}) <> 0
      order by 1, 3, 4, 5 limit $6`,
    [runId, part.partyId, part.merchantId, part.notMerchantId ?? null, part.step, limit],
  );
  return rows;
}

/** The terms of versions that the scope may read. */
export async function listTerms(
  tx: SqlTx,
  agreementIds: readonly string[],
): Promise<{ id: string; terms: unknown }[]> {
  const { rows } = await tx.query<{ id: string; terms: unknown }>(
    "select id, terms from agreement where id = any($1::uuid[])",
    [agreementIds],
  );
  return rows;
}

/** A party by its short name; null when the scope may not know it. */
export async function findPartyId(tx: SqlTx, slug: string): Promise<string | null> {
  const { rows } = await tx.query<{ id: string }>("select id from organisation where slug = $1", [slug]);
  return rows[0]?.id ?? null;
}
