/** Limits of a program, and what counts towards them so far. */
import type { SqlTx } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";
import type { Currency } from "@/server/platform/money";
import type { LimitPeriod, LimitSubject } from "../constants";

/** Whom a limit binds; `id` is null for each of the kind that has no limit of its own. */
export interface Subject {
  kind: LimitSubject;
  id: string | null;
}

export interface LimitRow {
  id: Id<"limit">;
  programId: Id<"program">;
  programName: string;
  currency: Currency;
  timeZone: string;
  subjectKind: LimitSubject;
  subjectId: string | null;
  /** What people call the subject; null for a default. */
  subjectLabel: string | null;
  period: LimitPeriod;
  maxPayments: number | null;
  maxAmountMicros: bigint | null;
  createdAt: Date;
  /** The period that runs now; null for limits of one payment. */
  periodStart: Date | null;
  periodEnd: Date | null;
}

/** The name of a subject of each kind, over the alias `s(kind, id)`. */
const LABEL = `case s.kind
    when 'device' then (select name from device where id = s.id)
    when 'instrument' then (select label from instrument where id = s.id)
    when 'payer' then (select reference from payer where id = s.id)
    else (select name from organisation where id = s.id) end`;

const ROW = `l.id, l.program_id as "programId", g.name as "programName", g.currency, g.time_zone as "timeZone",
  l.subject_kind as "subjectKind", l.subject_id as "subjectId", l.period, l.max_payments as "maxPayments",
  l.max_amount_micros as "maxAmountMicros", l.created_at as "createdAt"`;
/** The running period of a limit at `$1`; months and weeks are as long as the calendar says. */
const NOW_RUNNING = `cross join lateral (
    select case when l.period <> 'payment' then limit_period_start(l.period, $1, g.time_zone) end as start,
      case when l.period = 'hour' then limit_period_start(l.period, $1, g.time_zone) + interval '1 hour'
        when l.period <> 'payment' then
          ((limit_period_start(l.period, $1, g.time_zone) at time zone g.time_zone) + ('1 ' || l.period)::interval) at time zone g.time_zone
      end as over) t`;

export async function listLimits(tx: SqlTx, programId: Id<"program">, at: Date): Promise<LimitRow[]> {
  const { rows } = await tx.query<LimitRow>(
    `select ${ROW}, t.start as "periodStart", t.over as "periodEnd", ${LABEL} as "subjectLabel"
     from payment_limit l join program g on g.id = l.program_id ${NOW_RUNNING}
     cross join lateral (select l.subject_kind as kind, l.subject_id as id) s
     where l.program_id = $2
     order by array_position(array['merchant', 'device', 'payer', 'instrument'], l.subject_kind), l.subject_id is not null,
       "subjectLabel", array_position(array['payment', 'hour', 'day', 'week', 'month'], l.period)`,
    [at, programId],
  );
  return rows;
}

export interface Use {
  limitId: Id<"limit">;
  subjectId: string;
  subjectLabel: string | null;
  payments: number;
  amountMicros: bigint;
  /** How many subjects of the limit paid something in this period. */
  subjects: bigint;
}

/** Of each limit's running period, the subjects that come nearest to it, at most `top`. */
export async function listUse(
  tx: SqlTx,
  limits: readonly Pick<LimitRow, "id" | "periodStart">[],
  top: number,
): Promise<Use[]> {
  const running = limits.filter((limit) => limit.periodStart !== null);
  if (running.length === 0) return [];
  const { rows } = await tx.query<Use>(
    `select u.limit_id as "limitId", u.subject_id as "subjectId", ${LABEL} as "subjectLabel", u.payments,
       u.amount_micros as "amountMicros", u.subjects
     from unnest($1::uuid[], $2::timestamptz[]) as q(limit_id, start)
     join payment_limit l on l.id = q.limit_id
     cross join lateral (
       select c.*, count(*) over () as subjects from limit_counter c
       where c.limit_id = q.limit_id and c.period_start = q.start and (c.payments > 0 or c.amount_micros > 0)
         -- Who has a limit of its own for the same period is bound by that one.
         and (l.subject_id is not null or not exists (select 1 from payment_limit o where o.program_id = l.program_id
           and o.subject_kind = l.subject_kind and o.subject_id = c.subject_id and o.period = l.period))
       order by greatest(c.payments::numeric / l.max_payments, c.amount_micros::numeric / l.max_amount_micros) desc, c.subject_id
       limit $3) u
     cross join lateral (select l.subject_kind as kind, u.subject_id as id) s`,
    [running.map((limit) => limit.id), running.map((limit) => limit.periodStart), top],
  );
  return rows;
}

export interface AppliedLimit extends LimitRow {
  /** Whom it binds here, named or by default. */
  boundId: string;
  boundLabel: string | null;
  usedPayments: number;
  usedMicros: bigint;
}

/** The limits that bind these subjects, each subject's own before the program's default of the same period. */
export async function listLimitsOf(
  tx: SqlTx,
  subjects: readonly { kind: LimitSubject; id: string }[],
  programId: Id<"program"> | null,
  at: Date,
): Promise<AppliedLimit[]> {
  const { rows } = await tx.query<AppliedLimit>(
    `select l.*, l.start as "periodStart", l.over as "periodEnd", s.id as "boundId", ${LABEL} as "boundLabel",
       case when l."subjectId" is not null then ${LABEL} end as "subjectLabel",
       coalesce(c.payments, 0) as "usedPayments", coalesce(c.amount_micros, 0) as "usedMicros"
     from unnest($2::text[], $3::uuid[]) with ordinality as s(kind, id, ordinal)
     cross join lateral (
       select p.id from program p where p.id = $4
       union all
       select pp.program_id from program_party pp where $4::uuid is null and s.kind = 'merchant' and pp.organisation_id = s.id
     ) bound(program_id)
     cross join lateral (
       select distinct on (l.period) ${ROW}, t.start, t.over
       from payment_limit l join program g on g.id = l.program_id ${NOW_RUNNING}
       where l.program_id = bound.program_id and l.subject_kind = s.kind and (l.subject_id = s.id or l.subject_id is null)
       order by l.period, l.subject_id nulls last) l
     left join limit_counter c on c.limit_id = l.id and c.subject_id = s.id and c.period_start = l.start
     order by l."programName", s.ordinal, array_position(array['payment', 'hour', 'day', 'week', 'month'], l.period)`,
    [at, subjects.map((subject) => subject.kind), subjects.map((subject) => subject.id), programId],
  );
  return rows;
}

export interface NewLimit {
  id: Id<"limit">;
  programId: Id<"program">;
  subject: Subject;
  period: LimitPeriod;
  maxPayments: number | null;
  maxAmountMicros: bigint | null;
  createdBy: string | null;
  createdAt: Date;
}

/** Locks and gives the limit that stands for this subject and period. */
export async function findLimitFor(
  tx: SqlTx,
  { programId, subject, period }: Pick<NewLimit, "programId" | "subject" | "period">,
): Promise<Pick<LimitRow, "id" | "maxPayments" | "maxAmountMicros"> | null> {
  const { rows } = await tx.query<Pick<LimitRow, "id" | "maxPayments" | "maxAmountMicros">>(
    `select id, max_payments as "maxPayments", max_amount_micros as "maxAmountMicros" from payment_limit
     where program_id = $1 and subject_kind = $2 and subject_id is not distinct from $3::uuid and period = $4 for update`,
    [programId, subject.kind, subject.id, period],
  );
  return rows[0] ?? null;
}

/** False when somebody else has set one for the same subject and period meanwhile. */
export async function insertLimit(tx: SqlTx, limit: NewLimit): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into payment_limit (id, program_id, subject_kind, subject_id, period, max_payments, max_amount_micros, created_by, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict on constraint payment_limit_once do nothing`,
    [
      limit.id,
      limit.programId,
      limit.subject.kind,
      limit.subject.id,
      limit.period,
      limit.maxPayments,
      limit.maxAmountMicros,
      limit.createdBy,
      limit.createdAt,
    ],
  );
  return rowCount === 1;
}

export async function changeLimit(
  tx: SqlTx,
  limitId: Id<"limit">,
  maxima: Pick<NewLimit, "maxPayments" | "maxAmountMicros">,
): Promise<void> {
  await tx.query(`update payment_limit set max_payments = $2, max_amount_micros = $3 where id = $1`, [
    limitId,
    maxima.maxPayments,
    maxima.maxAmountMicros,
  ]);
}

export interface DeletedLimit
  extends Pick<LimitRow, "programId" | "maxPayments" | "maxAmountMicros" | "period"> {
  subject: Subject;
}

/** Its counters go with it. */
export async function deleteLimit(tx: SqlTx, limitId: Id<"limit">): Promise<DeletedLimit | null> {
  const { rows } = await tx.query<
    Omit<DeletedLimit, "subject"> & { kind: LimitSubject; subjectId: string | null }
  >(
    `delete from payment_limit where id = $1
     returning program_id as "programId", max_payments as "maxPayments", max_amount_micros as "maxAmountMicros", period,
       subject_kind as kind, subject_id as "subjectId"`,
    [limitId],
  );
  const [row] = rows;
  if (!row) return null;
  const { kind, subjectId, ...rest } = row;
  return { ...rest, subject: { kind, id: subjectId } };
}

/** What of `payment` names the subject of each kind. */
const SUBJECT_COLUMN: Record<LimitSubject, string> = {
  device: "p.device_id",
  instrument: "p.instrument_id",
  payer: "p.payer_id",
  merchant: "p.merchant_id",
};

const DAY_MS = 86_400_000;
/** No period is longer, whatever the clocks do. */
const LONGEST_PERIOD_MS = { hour: DAY_MS, day: 2 * DAY_MS, week: 8 * DAY_MS, month: 32 * DAY_MS };

/** The smallest id of a thing made at that moment: ids carry their time, so that an index finds the recent ones. */
function floorId(at: Date): string {
  const hex = at.getTime().toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}

/**
 * Lets the counters of a limit begin with what the payments of the running period already add up to: all that devices
 * asked for and that was not declined or released, with what is left of a capture of less. Those that still hold money
 * learn that they count, so that releasing them gives back their place. For one subject, or for every subject that has
 * no limit of its own for the period.
 */
export async function fillCounters(
  tx: SqlTx,
  limit: { id: Id<"limit">; programId: Id<"program">; period: LimitPeriod; subject: Subject },
  at: Date,
): Promise<void> {
  if (limit.period === "payment") return;
  const subject = SUBJECT_COLUMN[limit.subject.kind];
  const counted = `payment p join program g on g.id = p.program_id
     where p.program_id = $2 and p.source = 'device' and p.state not in ('declined', 'voided', 'expired')
       and p.authorised_at >= limit_period_start($3, $4, g.time_zone) and p.authorised_at <= $4
       and p.id >= $7
       and ${subject} is not null and ($5::uuid is null or ${subject} = $5)
       and ($5::uuid is not null or not exists (select 1 from payment_limit o where o.program_id = $2
         and o.subject_kind = $6 and o.subject_id = ${subject} and o.period = $3))`;
  const params = [
    limit.id,
    limit.programId,
    limit.period,
    at,
    limit.subject.id,
    limit.subject.kind,
    floorId(new Date(at.getTime() - LONGEST_PERIOD_MS[limit.period])),
  ];
  await tx.query(
    `with held as (
       update payment w set counted = coalesce(w.counted, '[]') || jsonb_build_object('limit', $1::uuid, 'subject', k.subject, 'start', k.start)
       from (select p.id, ${subject} as subject, limit_period_start($3, $4, g.time_zone) as start from ${counted}
         and p.state in ('authorised', 'in_review') order by p.id for no key update of p) k
       where w.id = k.id and not coalesce(w.counted, '[]') @> jsonb_build_array(jsonb_build_object('limit', $1::uuid, 'subject', k.subject)))
     insert into limit_counter (limit_id, subject_id, period_start, payments, amount_micros)
     select $1, ${subject}, limit_period_start($3, $4, min(g.time_zone)), count(*),
       sum(case when p.state in ('authorised', 'in_review') then p.amount_micros else p.captured_micros end)
     from ${counted} group by ${subject}
     on conflict (limit_id, subject_id, period_start)
       do update set payments = excluded.payments, amount_micros = excluded.amount_micros`,
    params,
  );
}

export interface SubjectHit {
  kind: LimitSubject;
  id: string;
  label: string;
  hint: string;
}

/** Whom a limit of the program can bind, by name or id. Payers and instruments are found by each other's words too. */
export async function findSubjects(
  tx: SqlTx,
  programId: Id<"program">,
  kind: LimitSubject,
  query: { text: string; id: string | null; limit: number },
): Promise<SubjectHit[]> {
  const { rows } = await tx.query<SubjectHit>(`${FIND_SUBJECTS[kind]} order by label, id limit $4`, [
    programId,
    `%${query.text.replace(/[\\%_]/g, "\\$&")}%`,
    query.id,
    query.limit,
  ]);
  return rows.map((row) => ({ ...row, kind }));
}

/** Each takes the program, a pattern and an id; a hit by id is the only one. */
const FIND_SUBJECTS: Record<LimitSubject, string> = {
  device: `select d.id, d.name as label, concat_ws(', ', d.zone, o.name) as hint
    from device d join organisation o on o.id = d.merchant_id
    where d.program_id = $1 and (d.id = $3 or $3::uuid is null and (d.name ilike $2 or d.zone ilike $2))`,
  instrument: `select i.id, i.label, y.reference as hint from instrument i join payer y on y.id = i.payer_id
    where i.program_id = $1 and i.kind <> 'allowance'
      and (i.id = $3 or $3::uuid is null and (i.label ilike $2 or i.token ilike $2 or y.reference ilike $2))`,
  payer: `select y.id, y.reference as label,
      coalesce((select string_agg(i.label, ', ' order by i.created_at) from instrument i where i.payer_id = y.id), '') as hint
    from payer y where y.program_id = $1 and (y.id = $3 or $3::uuid is null and (y.reference ilike $2
      or exists (select 1 from instrument i where i.payer_id = y.id and i.label ilike $2)))`,
  merchant: `select o.id, o.name as label, o.slug as hint
    from organisation o join program_party pp on pp.organisation_id = o.id
    where pp.program_id = $1 and o.kind = 'merchant' and (o.id = $3 or $3::uuid is null and o.name ilike $2)`,
};
