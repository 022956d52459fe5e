/** Figures of captured payments; whose they are is decided by the transaction's scope. */
import type { SqlTx } from "@/server/platform/db";

export interface TakingsSpan {
  programId: string;
  from: Date;
  to: Date;
}

export interface Takings {
  captured: bigint;
  payments: bigint;
  refunded: bigint;
}

export async function readTakings(tx: SqlTx, span: TakingsSpan): Promise<Takings> {
  const { rows } = await tx.query<Takings>(
    `select coalesce(sum(captured_micros), 0)::bigint as captured, count(*) as payments,
            coalesce(sum(refunded_micros), 0)::bigint as refunded
       from payment where program_id = $1 and captured_at >= $2 and captured_at < $3`,
    [span.programId, span.from, span.to],
  );
  return rows[0] ?? { captured: 0n, payments: 0n, refunded: 0n };
}

export interface Outcomes {
  declined: bigint;
  approved: bigint;
  in_review: bigint;
  in_review_micros: bigint;
}

/** What became of the requests of a span, by the time at which they were made. */
export async function readOutcomes(tx: SqlTx, span: TakingsSpan): Promise<Outcomes> {
  const { rows } = await tx.query<Outcomes>(
    `select count(*) filter (where state = 'declined') as declined,
            count(*) filter (where state not in ('declined', 'in_review')) as approved,
            count(*) filter (where state = 'in_review') as in_review,
            coalesce(sum(amount_micros) filter (where state = 'in_review'), 0)::bigint as in_review_micros
       from payment where program_id = $1 and occurred_at >= $2 and occurred_at < $3`,
    [span.programId, span.from, span.to],
  );
  return rows[0] ?? { declined: 0n, approved: 0n, in_review: 0n, in_review_micros: 0n };
}

export interface HourRow {
  hour: number;
  today: bigint;
  usual: bigint;
}

/** Takings by local hour: today, and the mean of the same weekday in the four weeks before. */
export async function readTakingsByHour(
  tx: SqlTx,
  programId: string,
  timeZone: string,
  dayStart: Date,
): Promise<HourRow[]> {
  const { rows } = await tx.query<HourRow>(
    `with taken as (
       select extract(hour from captured_at at time zone $2)::int as hour, captured_micros,
              captured_at >= $3::timestamptz as is_today
         from payment
        where program_id = $1 and captured_at >= $3::timestamptz - interval '28 days'
          and ((captured_at at time zone $2)::date - ($3::timestamptz at time zone $2)::date) % 7 = 0
     )
     select h.hour, coalesce(sum(captured_micros) filter (where is_today), 0)::bigint as today,
            (coalesce(sum(captured_micros) filter (where not is_today), 0) / 4)::bigint as usual
       from generate_series(0, 23) h(hour) left join taken using (hour)
      group by h.hour order by h.hour`,
    [programId, timeZone, dayStart],
  );
  return rows;
}

export interface DayKindRow {
  day: string;
  kind: string;
  captured: bigint;
  payments: bigint;
}

export async function readTakingsByDayAndKind(
  tx: SqlTx,
  span: TakingsSpan,
  timeZone: string,
): Promise<DayKindRow[]> {
  const { rows } = await tx.query<DayKindRow>(
    `select (captured_at at time zone $4)::date as day, device_kind as kind,
            sum(captured_micros)::bigint as captured, count(*) as payments
       from payment where program_id = $1 and captured_at >= $2 and captured_at < $3
      group by 1, 2 order by 1, 2`,
    [span.programId, span.from, span.to, timeZone],
  );
  return rows;
}

export interface DeclineRow {
  reason: string;
  count: bigint;
}

export async function readDeclineReasons(tx: SqlTx, span: TakingsSpan): Promise<DeclineRow[]> {
  const { rows } = await tx.query<DeclineRow>(
    `select coalesce(decline_reason, 'unknown') as reason, count(*) as count
       from payment where program_id = $1 and state = 'declined' and occurred_at >= $2 and occurred_at < $3
      group by 1 order by 2 desc, 1 limit 6`,
    [span.programId, span.from, span.to],
  );
  return rows;
}

export interface MinuteRow {
  at: Date;
  payments: bigint;
}

/** Payments a minute over the last half hour, by when they were recorded. */
export async function readLastMinutes(tx: SqlTx, programId: string, to: Date): Promise<MinuteRow[]> {
  const { rows } = await tx.query<MinuteRow>(
    `select m.at, count(p.id) as payments
       from generate_series(date_trunc('minute', $2::timestamptz) - interval '29 minutes',
                            date_trunc('minute', $2::timestamptz), interval '1 minute') m(at)
       left join payment p on p.program_id = $1 and p.occurred_at >= m.at and p.occurred_at < m.at + interval '1 minute'
      group by m.at order by m.at`,
    [programId, to],
  );
  return rows;
}
