/** What versions would have paid, reckoned over payments that were allocated once. */
import type { SqlTx } from "@/server/platform/db";

export interface ReplayPayment {
  capture_seq: bigint;
  captured_micros: bigint;
  device_kind: string;
  zone: string | null;
  captured_at: Date;
  merchant_slug: string;
}

export interface ReplaySpan {
  programId: string;
  from: Date;
  to: Date;
}

/** The next `limit` allocated payments of the span after a place in the order of capture. */
export async function listPaymentsToReplay(
  tx: SqlTx,
  span: ReplaySpan,
  afterSeq: bigint,
  limit: number,
): Promise<ReplayPayment[]> {
  const { rows } = await tx.query<ReplayPayment>(
    `select p.capture_seq, p.captured_micros, p.device_kind, p.zone, p.captured_at, o.slug as merchant_slug
       from payment p join organisation o on o.id = p.merchant_id
      where p.program_id = $1 and p.capture_seq > $4 and p.allocated_at is not null
        and p.captured_at >= $2 and p.captured_at < $3
      order by p.capture_seq limit $5`,
    [span.programId, span.from, span.to, afterSeq, limit],
  );
  return rows;
}

/** What each party was allocated of payments captured in the span, by rule, before refunds. */
export async function sumLegsByRule(
  tx: SqlTx,
  span: ReplaySpan,
): Promise<{ slug: string; rule: string; micros: bigint }[]> {
  const { rows } = await tx.query<{ slug: string; rule: string; micros: bigint }>(
    `select o.slug, l.rule, l.micros
       from (select party_id, rule, sum(amount_micros)::bigint as micros from allocation_leg
              where program_id = $1 and effective_at >= $2 and effective_at < $3 and refund_ordinal = 0
              group by party_id, rule) l
       join organisation o on o.id = l.party_id`,
    [span.programId, span.from, span.to],
  );
  return rows;
}

/** Versions that are not in force yet and were never simulated, or not since `before`. */
export async function listProposalsToSimulate(tx: SqlTx, before: Date): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `select a.id from agreement a left join agreement_simulation s on s.agreement_id = a.id
      where a.state in ('proposed', 'approved') and (s.agreement_id is null or s.computed_at < $1) order by a.id`,
    [before],
  );
  return rows.map((row) => row.id);
}

export interface SimulatedRule {
  slug: string;
  rule: string;
  beforeMicros: bigint;
  afterMicros: bigint;
}

/** Puts a simulation in the place of an earlier one of the same version. */
export async function replaceSimulation(
  tx: SqlTx,
  simulation: { agreementId: string; span: ReplaySpan; payments: number; at: Date; rules: SimulatedRule[] },
): Promise<void> {
  const { agreementId, span, payments, at, rules } = simulation;
  await tx.query("delete from agreement_simulation where agreement_id = $1", [agreementId]);
  await tx.query(
    `insert into agreement_simulation (agreement_id, span_start, span_end, payment_count, computed_at)
     values ($1, $2, $3, $4, $5)`,
    [agreementId, span.from, span.to, payments, at],
  );
  await tx.query(
    `insert into agreement_simulation_rule (agreement_id, party_id, rule, before_micros, after_micros)
     select $1, o.id, r.rule, r.before_micros, r.after_micros
       from unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[]) r(slug, rule, before_micros, after_micros)
       join organisation o using (slug)`,
    [
      agreementId,
      rules.map(({ slug }) => slug),
      rules.map(({ rule }) => rule),
      rules.map(({ beforeMicros }) => beforeMicros),
      rules.map(({ afterMicros }) => afterMicros),
    ],
  );
}

export interface StoredSimulation {
  span_start: Date;
  span_end: Date;
  payment_count: bigint;
}

export async function findSimulation(tx: SqlTx, agreementId: string): Promise<StoredSimulation | null> {
  const { rows } = await tx.query<StoredSimulation>(
    "select span_start, span_end, payment_count from agreement_simulation where agreement_id = $1",
    [agreementId],
  );
  return rows[0] ?? null;
}

export async function listSimulatedRules(
  tx: SqlTx,
  agreementId: string,
  partyId: string,
): Promise<{ rule: string; before_micros: bigint; after_micros: bigint }[]> {
  const { rows } = await tx.query<{ rule: string; before_micros: bigint; after_micros: bigint }>(
    `select rule, before_micros, after_micros from agreement_simulation_rule
      where agreement_id = $1 and party_id = $2 order by after_micros desc, rule`,
    [agreementId, partyId],
  );
  return rows;
}
