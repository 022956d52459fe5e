/** Figures against the figures that they are made of, set-wise: what differs comes back and nothing else. */
import type { SqlTx } from "@/server/platform/db";
import type { Found } from "../types";

const MOST = 20;

/** A leg carries the number of its tranche, or of the one from which its part was cut. */
const OF_TRANCHE = `coalesce(x.part_of, x.no) = l.tranche_no
  and (x.effective_from is null or l.effective_at >= x.effective_from)
  and (x.effective_until is null or l.effective_at < x.effective_until)`;

/** `select` gives subject and message of each contradiction. */
async function ask(tx: SqlTx, select: string): Promise<Found> {
  const { rows } = await tx.query<{ subject: string; message: string; total: bigint }>(
    `select subject, message, count(*) over () as total from (${select}) found order by subject limit ${MOST}`,
  );
  return {
    broken: Number(rows[0]?.total ?? 0n),
    findings: rows.map(({ subject, message }) => ({ subject, message })),
  };
}

/** The legs of each payment and refund add up to it; what is not allocated has none. */
export async function checkLegs(tx: SqlTx): Promise<Found> {
  return await ask(
    tx,
    `select case when coalesce(l.refund_ordinal, p.refund_ordinal) = 0 then 'payment ' || coalesce(l.payment_id, p.payment_id)
                 else 'refund ' || coalesce(l.refund_ordinal, p.refund_ordinal) || ' of payment ' || coalesce(l.payment_id, p.payment_id) end as subject,
            'its legs are ' || coalesce(l.micros::text, 'missing') || ' micros and it is ' || coalesce(p.micros::text, 'not allocated') as message
       from (select payment_id, refund_ordinal, sum(amount_micros)::bigint as micros from allocation_leg group by 1, 2) l
       full join (select id as payment_id, 0::smallint as refund_ordinal, captured_micros as micros
                    from payment where allocated_at is not null
                  union all
                  select payment_id, ordinal, -amount_micros from refund where allocated_at is not null) p
         on p.payment_id = l.payment_id and p.refund_ordinal = l.refund_ordinal
      where l.micros is distinct from p.micros`,
  );
}

/** The sums that the allocator keeps are those of the legs. */
export async function checkTotals(tx: SqlTx): Promise<Found> {
  return await ask(
    tx,
    `select 'tranche ' || coalesce(no::text, 'unknown') || ', party ' || party_id as subject,
            'its sums are ' || total || ' micros and its legs ' || legs as message
       from (select no, party_id, sum(total) as total, sum(legs) as legs, sum(refund_total) as refund_total,
                    sum(refund_legs) as refund_legs
               from (select tranche_no as no, party_id, amount_micros as total, refund_micros as refund_total,
                            0::bigint as legs, 0::bigint as refund_legs from tranche_total
                     union all
                     select x.no, l.party_id, 0, 0, sum(l.amount_micros) filter (where l.refund_ordinal = 0),
                            sum(l.amount_micros) filter (where l.refund_ordinal > 0)
                       from allocation_leg l left join tranche x on ${OF_TRANCHE} group by 1, 2) both_sides
              group by 1, 2) t
      where coalesce(total, 0) <> coalesce(legs, 0) or coalesce(refund_total, 0) <> coalesce(refund_legs, 0)`,
  );
}

/** What the ledger moved to a party by allocation is what its legs say. */
export async function checkLedgerShares(tx: SqlTx): Promise<Found> {
  return await ask(
    tx,
    `with legs as (
       select l.program_id, case when l.party_id = g.operator_id then g.id::text else l.program_id || ':' || l.party_id end as owner_ref,
              sum(l.micros)::bigint as micros
         from (select program_id, party_id, sum(amount_micros) as micros from allocation_leg group by 1, 2) l
         join program g on g.id = l.program_id group by 1, 2),
     moved as (
       select a.program_ref as program_id, a.owner_ref, sum(case when t.credit_no = a.no then t.amount else -t.amount end)::bigint as micros
         from ledger.account a join ledger.transfer t on (t.credit_no = a.no or t.debit_no = a.no) and t.code = 5
        where a.code in (50, 80) group by 1, 2)
     select 'account of ' || coalesce(l.owner_ref, m.owner_ref) as subject,
            'the ledger moved ' || coalesce(m.micros, 0) || ' micros and the legs are ' || coalesce(l.micros, 0) as message
       from legs l full join moved m on m.program_id = l.program_id and m.owner_ref = l.owner_ref
      where coalesce(l.micros, 0) <> coalesce(m.micros, 0)`,
  );
}

/** Each statement is its legs, its lines, and the corrections that its run took. */
export async function checkStatements(tx: SqlTx): Promise<Found> {
  return await ask(
    tx,
    `with legs as (
       select x.settlement_run_id as run_id, l.party_id,
              coalesce(sum(l.amount_micros) filter (where l.refund_ordinal = 0), 0) as allocated,
              coalesce(sum(l.amount_micros) filter (where l.refund_ordinal > 0), 0) as refunds
         from allocation_leg l join tranche x on ${OF_TRANCHE}
        where x.settlement_run_id is not null group by 1, 2),
     lines as (
       select statement_id, sum(amount_micros) as allocated, sum(refund_micros) as refunds from statement_line group by 1),
     adjusted as (
       select settlement_run_id as run_id, party_id, sum(amount_micros) as micros from adjustment
        where settlement_run_id is not null group by 1, 2),
     returned as (
       select returned_run_id as run_id, party_id, sum(amount_micros) as micros from payout
        where returned_run_id is not null group by 1, 2),
     guaranteed as (
       select g.run_id, party.id as party_id, sum(party.micros) as micros
         from run_guarantee g
         cross join lateral (values (g.to_party_id, g.amount_micros), (g.from_party_id, -g.amount_micros)) as party(id, micros)
        where g.from_party_id is not null group by 1, 2)
     select 'statement ' || s.id as subject, f.message
       from statement s
       join settlement_run r on r.id = s.run_id and r.step = 'done'
       left join legs l on l.run_id = s.run_id and l.party_id = s.party_id
       left join lines n on n.statement_id = s.id
       left join adjusted a on a.run_id = s.run_id and a.party_id = s.party_id
       left join returned b on b.run_id = s.run_id and b.party_id = s.party_id
       left join guaranteed g on g.run_id = s.run_id and g.party_id = s.party_id
       cross join lateral (values
         (s.allocated_micros, coalesce(l.allocated, 0), 'its share is % micros and its legs are %'),
         (s.refunds_micros, coalesce(l.refunds, 0), 'its refunds are % micros and the legs of refunds are %'),
         (s.allocated_micros, coalesce(n.allocated, 0), 'its share is % micros and its lines are %'),
         (s.refunds_micros, coalesce(n.refunds, 0), 'its refunds are % micros and those of its lines are %'),
         (s.adjustments_micros, coalesce(a.micros, 0), 'its adjustments are % micros and those of its run are %'),
         (s.returned_micros, coalesce(b.micros, 0), 'what came back is % micros and the payouts of its run are %'),
         (s.guarantees_micros, coalesce(g.micros, 0), 'its guarantees are % micros and those of its run are %'),
         (s.closing_micros, s.opening_micros + s.allocated_micros + s.refunds_micros + s.guarantees_micros + s.reserve_micros
           + s.adjustments_micros + s.returned_micros - s.payout_micros, 'it closes with % micros and its parts make %')
       ) as figure(said, made, sentence)
       cross join lateral (select regexp_replace(regexp_replace(figure.sentence, '%', figure.said::text), '%', figure.made::text) as message) f
      where figure.said <> figure.made`,
  );
}

/** Each payout is its statement's, with the ledger's hold behind it; each statement that pays has one. */
export async function checkPayouts(tx: SqlTx): Promise<Found> {
  return await ask(
    tx,
    `select coalesce('payout ' || p.id, 'statement ' || s.id) as subject,
            case when p.id is null then 'it pays ' || s.payout_micros || ' micros and has no payout'
                 when s.id is null then 'it has no statement'
                 when p.amount_micros <> s.payout_micros then 'it is ' || p.amount_micros || ' micros and its statement pays ' || s.payout_micros
                 when p.party_id <> s.party_id or p.run_id <> s.run_id or p.program_id <> s.program_id then 'it is of another party, run or program than its statement'
                 when t.id is null then 'the ledger has no hold for it'
                 when t.amount <> p.amount_micros then 'it is ' || p.amount_micros || ' micros and the ledger held ' || t.amount
                 when b.organisation_id <> p.party_id then 'its bank account is another party''s'
                 else 'its state is ' || p.state || ' and the ledger''s hold is ' || case when done.id is null then 'open' when done.flags & 4 <> 0 then 'posted' else 'voided' end
            end as message
       from payout p
       full join (select s.* from statement s join settlement_run r on r.id = s.run_id and r.step = 'done'
                   where s.payout_micros > 0) s on s.id = p.statement_id
       left join ledger.transfer t on t.id = p.hold_transfer_id
       left join ledger.transfer done on done.pending_id = p.hold_transfer_id
       left join bank_account b on b.id = p.bank_account_id
      where (p.id is null or exists (select 1 from settlement_run r where r.id = p.run_id and r.step = 'done'))
        and (p.id is null or s.id is null or p.amount_micros <> s.payout_micros or p.party_id <> s.party_id
          or p.run_id <> s.run_id or p.program_id <> s.program_id or t.id is null or t.amount <> p.amount_micros
          or b.organisation_id <> p.party_id
          or case when p.state in ('proposed', 'approved') then done.id is not null
                  when p.state = 'cancelled' then done.id is null or done.flags & 8 = 0
                  else done.id is null or done.flags & 4 = 0 end)`,
  );
}

/** Every second signature, by the rules that stand as triggers, and the two that a run's approval has. */
export async function checkApprovals(tx: SqlTx): Promise<Found> {
  const { rows: rules } = await tx.query<{ table: string; args: string[] }>(
    `select c.relname as table, string_to_array(encode(t.tgargs, 'escape'), '\\000') as args
       from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_proc f on f.oid = t.tgfoid
      where f.proname = 'require_two_people' and c.relnamespace = 'public'::regnamespace order by 1, 2`,
  );
  const asked = rules.map(
    ({ table, args: [action, first, second = "", since] }) =>
      // As it was at the moment of signing: who brings whom in later makes no signature wrong.
      `select '${table} ' || coalesce(to_jsonb(t) ->> 'id', to_jsonb(t)::text) as subject, '${action}: ' || f.fault as message
         from "${table}" t cross join lateral (select second_person_fault(t."${first}", t."${second}", t."${since}",
           coalesce(t."${second.replace(/_by$/, "_at")}", 'infinity')) as fault) f
        where t."${second}" is not null and f.fault is not null`,
  );
  return await ask(
    tx,
    [
      ...asked,
      `select 'settlement_run ' || r.id, 'it is approved by nobody else than its creator' from settlement_run r
        where r.state in ('approved', 'paying', 'settled') and r.payout_micros > 0
          and (r.approved_by is null and r.approval_voided_at is null
            or r.approved_by is not distinct from r.signed_by)`,
      `select 'payout ' || p.id, 'it was sent without the approval of its run' from payout p join settlement_run r on r.id = p.run_id
        where p.state in ('submitted', 'paid', 'failed', 'returned')
          and (p.approved_by is null or p.approved_by is not distinct from p.created_by)`,
    ].join(" union all "),
  );
}

export interface AgreementTerms {
  id: string;
  terms: unknown;
  terms_sha256: string;
}

/** Versions after an id, for their hash is made outside the database. */
export async function listTerms(tx: SqlTx, afterId: string, limit: number): Promise<AgreementTerms[]> {
  const { rows } = await tx.query<AgreementTerms>(
    "select id, terms, terms_sha256 from agreement where id > $1::uuid order by id limit $2",
    [afterId, limit],
  );
  return rows;
}

export async function listHashedStatements(
  tx: SqlTx,
  afterId: string,
  limit: number,
): Promise<{ id: string; report_sha256: string }[]> {
  const { rows } = await tx.query<{ id: string; report_sha256: string }>(
    "select id, report_sha256 from statement where report_sha256 is not null and id > $1::uuid order by id limit $2",
    [afterId, limit],
  );
  return rows;
}
