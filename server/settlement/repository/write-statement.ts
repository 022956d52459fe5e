/** What every party is owed, by the rows of settlement and by the ledger, and the statements made of it. */
import type { SqlTx } from "@/server/platform/db";

export interface Standing {
  party_id: string;
  /** Credits less debits less pending debits of the party's account. */
  ledger_micros: bigint;
  /** What the last finished statement closed with. */
  opening_micros: bigint;
  gross_micros: bigint;
  allocated_micros: bigint;
  refunds_micros: bigint;
  guarantees_micros: bigint;
  adjustments_micros: bigint;
  returned_micros: bigint;
  payment_count: bigint;
  refund_count: bigint;
  /** What no finished run has taken, beside the run that is asked for. */
  open_micros: bigint;
  minimum_micros: bigint;
  held: boolean;
}

/**
 * The standing of parties in one statement, so that all of it is of one moment. The parts are those of `runId` (none
 * when it is null); the equation ledger = opening + parts + open holds at any time, also within a run.
 */
export async function readStandings(
  tx: SqlTx,
  programId: string,
  runId: string | null,
  accounts: readonly { partyId: string; accountId: string }[],
): Promise<Standing[]> {
  const { rows } = await tx.query<Standing>(
    `with items as (
       select t.party_id, x.settlement_run_id as run_id, t.first_gross_micros as gross, t.amount_micros as allocated,
              t.refund_micros as refunds, 0::bigint as guarantees, 0::bigint as adjustments, 0::bigint as returned,
              t.first_count as payments, t.first_refund_count as refund_count
         from tranche x join tranche_total t on t.tranche_no = x.no
         left join settlement_run r on r.id = x.settlement_run_id
        where x.program_id = $1 and (r.id is null or r.step <> 'done')
       union all
       select a.party_id, a.settlement_run_id, 0, 0, 0, 0, a.amount_micros, 0, 0, 0
         from adjustment a left join settlement_run r on r.id = a.settlement_run_id
        where a.program_id = $1 and (r.id is null or r.step <> 'done')
       union all
       select p.party_id, p.returned_run_id, 0, 0, 0, 0, 0, p.amount_micros, 0, 0
         from payout p left join settlement_run r on r.id = p.returned_run_id
        where p.program_id = $1 and p.came_back_at is not null and (r.id is null or r.step <> 'done')
       union all
       select party.id, g.run_id, 0, 0, 0, party.micros, 0, 0, 0, 0
         from run_guarantee g join settlement_run r on r.id = g.run_id
         cross join lateral (values (g.to_party_id, g.amount_micros), (g.from_party_id, -g.amount_micros)) as party(id, micros)
        where r.program_id = $1 and r.step <> 'done' and g.from_party_id is not null),
     sums as (
       select party_id,
              sum(gross) filter (where run_id = $2::uuid) as gross, sum(allocated) filter (where run_id = $2) as allocated,
              sum(refunds) filter (where run_id = $2) as refunds, sum(guarantees) filter (where run_id = $2) as guarantees,
              sum(adjustments) filter (where run_id = $2) as adjustments, sum(returned) filter (where run_id = $2) as returned,
              sum(payments) filter (where run_id = $2) as payments, sum(refund_count) filter (where run_id = $2) as refund_count,
              sum(allocated + refunds + guarantees + adjustments + returned) filter (where run_id is null or $2::uuid is null or run_id <> $2) as open
         from items group by party_id),
     closings as (
       select distinct on (s.party_id) s.party_id, s.closing_micros
         from statement s join settlement_run r on r.id = s.run_id
        where s.program_id = $1 and r.step = 'done' order by s.party_id, r.period_end desc)
     select p.party_id,
            coalesce(a.credits_posted - a.debits_posted - a.debits_pending, 0) as ledger_micros,
            coalesce(c.closing_micros, 0) as opening_micros,
            coalesce(s.gross, 0)::bigint as gross_micros, coalesce(s.allocated, 0)::bigint as allocated_micros,
            coalesce(s.refunds, 0)::bigint as refunds_micros, coalesce(s.guarantees, 0)::bigint as guarantees_micros,
            coalesce(s.adjustments, 0)::bigint as adjustments_micros, coalesce(s.returned, 0)::bigint as returned_micros,
            coalesce(s.payments, 0)::bigint as payment_count, coalesce(s.refund_count, 0)::bigint as refund_count,
            coalesce(s.open, 0)::bigint as open_micros,
            coalesce(u.minimum_micros, 0) as minimum_micros, coalesce(u.held, false) as held
       from unnest($3::uuid[], $4::uuid[]) as p(party_id, account_id)
       left join ledger.account a on a.id = p.account_id
       left join sums s on s.party_id = p.party_id
       left join closings c on c.party_id = p.party_id
       left join payout_rule u on u.program_id = $1 and u.organisation_id = p.party_id`,
    [programId, runId, accounts.map(({ partyId }) => partyId), accounts.map(({ accountId }) => accountId)],
  );
  return rows;
}

/** Everybody who is or was owed something in the program. */
export async function listPartyIds(tx: SqlTx, programId: string): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `select organisation_id as id from program_party where program_id = $1
     union select operator_id from program where id = $1
     union select t.party_id from tranche x join tranche_total t on t.tranche_no = x.no where x.program_id = $1
     union select party_id from adjustment where program_id = $1
     order by id`,
    [programId],
  );
  return rows.map(({ id }) => id);
}

export interface NewStatement {
  id: string;
  partyId: string;
  openingMicros: bigint;
  grossMicros: bigint;
  allocatedMicros: bigint;
  refundsMicros: bigint;
  guaranteesMicros: bigint;
  adjustmentsMicros: bigint;
  returnedMicros: bigint;
  payoutMicros: bigint;
  closingMicros: bigint;
  paymentCount: bigint;
  refundCount: bigint;
}

export async function insertStatements(
  tx: SqlTx,
  run: { id: string; programId: string; versions: string; at: Date },
  statements: readonly NewStatement[],
): Promise<void> {
  await tx.query(
    `insert into statement (run_id, program_id, agreement_versions, created_at, id, party_id, opening_micros,
       gross_micros, allocated_micros, refunds_micros, guarantees_micros, adjustments_micros, returned_micros,
       payout_micros, closing_micros, payment_count, refund_count, state, party_name, program_name, time_zone)
     select $1, $2, $3, $4, n.*, case when n.payout > 0 then 'calculated' else 'carried' end, o.name, g.name, g.time_zone
       from unnest($5::uuid[], $6::uuid[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[],
         $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[], $17::bigint[])
         as n(id, party, opening, gross, allocated, refunds, guarantees, adjustments, returned, payout, closing, payments, refunded)
       join organisation o on o.id = n.party join program g on g.id = $2`,
    [
      run.id,
      run.programId,
      run.versions,
      run.at,
      statements.map((statement) => statement.id),
      statements.map((statement) => statement.partyId),
      statements.map((statement) => statement.openingMicros),
      statements.map((statement) => statement.grossMicros),
      statements.map((statement) => statement.allocatedMicros),
      statements.map((statement) => statement.refundsMicros),
      statements.map((statement) => statement.guaranteesMicros),
      statements.map((statement) => statement.adjustmentsMicros),
      statements.map((statement) => statement.returnedMicros),
      statements.map((statement) => statement.payoutMicros),
      statements.map((statement) => statement.closingMicros),
      statements.map((statement) => statement.paymentCount),
      statements.map((statement) => statement.refundCount),
    ],
  );
}

export async function insertLines(tx: SqlTx, runId: string): Promise<void> {
  await tx.query(
    `insert into statement_line (statement_id, ordinal, day, rule, step, step_kind, payment_count, gross_micros,
       amount_micros, refund_count, refund_micros)
     select s.id, row_number() over (partition by s.id order by t.day, t.rule collate "C", t.step collate "C", t.step_kind),
            t.day, t.rule, t.step, t.step_kind, t.payments, t.gross, t.amount, t.refund_count, t.refunds
       from (select y.party_id, y.day, y.rule, y.step, y.step_kind, sum(y.payment_count) as payments,
                    sum(y.gross_micros) as gross, sum(y.amount_micros) as amount, sum(y.refund_count) as refund_count,
                    sum(y.refund_micros) as refunds
               from tranche x join tranche_total y on y.tranche_no = x.no
              where x.settlement_run_id = $1 group by 1, 2, 3, 4, 5) t
       join statement s on s.run_id = $1 and s.party_id = t.party_id`,
    [runId],
  );
}

/** "v3" or "v3, v4": the versions by which the run's payments were split. */
export async function readVersions(tx: SqlTx, runId: string): Promise<string> {
  const { rows } = await tx.query<{ versions: string | null }>(
    `select string_agg('v' || version, ', ' order by version) as versions
       from agreement where id in (
         select y.agreement_id from tranche x join tranche_total y on y.tranche_no = x.no where x.settlement_run_id = $1)`,
    [runId],
  );
  return rows[0]?.versions ?? "";
}

export async function hasStatements(tx: SqlTx, runId: string): Promise<boolean> {
  const { rows } = await tx.query<{ any: boolean }>(
    "select exists (select 1 from statement where run_id = $1) as any",
    [runId],
  );
  return rows[0]?.any ?? false;
}

export interface DuePayout {
  statement_id: string;
  party_id: string;
  payout_micros: bigint;
  bank_account_id: string | null;
  bank_name: string | null;
  iban: string | null;
}

/** Statements of a run that pay something, with the account that the party has now. */
export async function listDuePayouts(tx: SqlTx, runId: string, currency: string): Promise<DuePayout[]> {
  const { rows } = await tx.query<DuePayout>(
    `select s.id as statement_id, s.party_id, s.payout_micros, b.id as bank_account_id, b.bank_name, b.iban
       from statement s left join bank_account b
         on b.organisation_id = s.party_id and b.currency = $2 and b.state = 'active'
      where s.run_id = $1 and s.payout_micros > 0 order by s.party_id`,
    [runId, currency],
  );
  return rows;
}
