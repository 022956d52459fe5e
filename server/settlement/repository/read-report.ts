/** What a statement's report is made of: its agreements, its legs in order, and the sums to hold them against. */
import type { SqlTx } from "@/server/platform/db";

export interface ReportAgreementRow {
  id: string;
  version: number;
  terms_sha256: string;
}

/** The versions by which the payments of a run were split. */
export async function listReportAgreements(tx: SqlTx, runId: string): Promise<ReportAgreementRow[]> {
  const { rows } = await tx.query<ReportAgreementRow>(
    `select id, version, terms_sha256 from agreement where id in (
       select y.agreement_id from tranche x join tranche_total y on y.tranche_no = x.no where x.settlement_run_id = $1)
     order by version`,
    [runId],
  );
  return rows;
}

export interface ReportLegRow {
  tranche_no: bigint;
  effective_at: Date;
  payment_id: string;
  refund_ordinal: number;
  ordinal: number;
  merchant_slug: string;
  device_kind: string;
  description: string | null;
  /** Of an imported payment: its id in its own system. */
  source_id: string | null;
  captured_micros: bigint;
  rule: string;
  step: string;
  step_kind: string;
  amount_micros: bigint;
}

export type ReportKey = Pick<
  ReportLegRow,
  "tranche_no" | "effective_at" | "payment_id" | "refund_ordinal" | "ordinal"
>;

/** Where the legs of a run's tranche stand: the number that they carry, and the span of business time that is its own. */
export interface LegSpan {
  legs_no: bigint;
  effective_from: Date | null;
  effective_until: Date | null;
}

/** The next legs of a party in a tranche, in the order of the index, so that a page costs the same wherever it is. */
export async function listReportLegs(
  tx: SqlTx,
  span: LegSpan,
  partyId: string,
  after: ReportKey | null,
  limit: number,
): Promise<ReportLegRow[]> {
  const { rows } = await tx.query<ReportLegRow>(
    `select l.tranche_no, l.effective_at, l.payment_id, l.refund_ordinal, l.ordinal, m.slug as merchant_slug,
            p.device_kind, case when p.source = 'import' then regexp_replace(p.external_ref, '^[a-z0-9-]+:', '') end as source_id,
            p.description, p.captured_micros, l.rule, l.step, l.step_kind, l.amount_micros
       from (select * from allocation_leg
              where tranche_no = $1 and party_id = $2
                and effective_at >= $8::timestamptz and effective_at < $9::timestamptz
                and (effective_at, payment_id, refund_ordinal, ordinal)
                    > ($3::timestamptz, $4::uuid, $5::smallint, $6::smallint)
              order by effective_at, payment_id, refund_ordinal, ordinal limit $7) l
       join payment p on p.id = l.payment_id join organisation m on m.id = l.merchant_id
      order by l.effective_at, l.payment_id, l.refund_ordinal, l.ordinal`,
    [
      span.legs_no,
      partyId,
      after?.effective_at ?? "-infinity",
      after?.payment_id ?? "00000000-0000-0000-0000-000000000000",
      after?.refund_ordinal ?? -1,
      after?.ordinal ?? -1,
      limit,
      span.effective_from ?? "-infinity",
      span.effective_until ?? "infinity",
    ],
  );
  return rows;
}

/** A run has one part at most of what carries one number, so the numbers tell its tranches apart. */
export async function listLegSpans(tx: SqlTx, runId: string): Promise<LegSpan[]> {
  const { rows } = await tx.query<LegSpan>(
    `select coalesce(part_of, no) as legs_no, effective_from, effective_until from tranche
      where settlement_run_id = $1 order by period_start, 1`,
    [runId],
  );
  return rows;
}

export interface StatementSums {
  line_amount: bigint;
  line_refunds: bigint;
  total_amount: bigint;
  total_refunds: bigint;
}

/** A statement's figures by its lines, and by the sums that the allocator kept. */
export async function sumStatement(
  tx: SqlTx,
  statement: { id: string; runId: string; partyId: string },
): Promise<StatementSums> {
  const { rows } = await tx.query<StatementSums>(
    `select l.amount as line_amount, l.refunds as line_refunds, t.amount as total_amount, t.refunds as total_refunds
       from (select coalesce(sum(amount_micros), 0)::bigint as amount, coalesce(sum(refund_micros), 0)::bigint as refunds
               from statement_line where statement_id = $1) l,
            (select coalesce(sum(y.amount_micros), 0)::bigint as amount, coalesce(sum(y.refund_micros), 0)::bigint as refunds
               from tranche x join tranche_total y on y.tranche_no = x.no
              where x.settlement_run_id = $2 and y.party_id = $3) t`,
    [statement.id, statement.runId, statement.partyId],
  );
  const row = rows[0];
  if (!row) throw new Error("An aggregate always gives a row.");
  return row;
}

export async function storeReportHash(tx: SqlTx, statementId: string, sha256: string): Promise<void> {
  await tx.query("update statement set report_sha256 = $2 where id = $1 and report_sha256 is null", [
    statementId,
    sha256,
  ]);
}

export async function listStatementsWithoutHash(
  tx: SqlTx,
  limit: number,
  without: readonly string[],
): Promise<{ id: string; programId: string }[]> {
  const { rows } = await tx.query<{ id: string; programId: string }>(
    `select s.id, s.program_id as "programId" from statement s join settlement_run r on r.id = s.run_id
      where s.report_sha256 is null and r.step = 'done' and s.id <> all($2::uuid[]) order by s.id desc limit $1`,
    [limit, without],
  );
  return rows;
}
