/** Allowances: instruments that hold units of each month, and what of them is used. */
import { insertRows } from "@/server/platform/bulk";
import type { SqlTx } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";

export interface AllowanceRow {
  instrumentId: Id<"instrument">;
  payerId: Id<"payer">;
  payerReference: string;
  /** What else the payer pays with, as it is shown. */
  paysWith: string[];
  unit: string;
  monthlyMicros: bigint;
  usedMicros: bigint;
  state: "active" | "blocked" | "closed";
  blockedUntil: Date | null;
  createdAt: Date;
  monthStart: Date;
  monthEnd: Date;
}

export interface AllowanceFilter {
  text?: string | undefined;
  payerId?: Id<"payer"> | undefined;
  unit?: string | undefined;
}

/** Newest first, with what the month that runs at `at` has used. */
export async function listAllowances(
  tx: SqlTx,
  programId: Id<"program">,
  filter: AllowanceFilter,
  page: { after: Id<"instrument"> | null; limit: number; at: Date },
): Promise<AllowanceRow[]> {
  const { rows } = await tx.query<AllowanceRow>(
    `select a.instrument_id as "instrumentId", a.payer_id as "payerId", y.reference as "payerReference",
       array(select o.label from instrument o where o.payer_id = a.payer_id and o.kind <> 'allowance' order by o.created_at, o.id limit 3) as "paysWith",
       a.unit, a.monthly_micros as "monthlyMicros", coalesce(m.used_micros, 0) as "usedMicros", i.state,
       i.blocked_until as "blockedUntil", a.created_at as "createdAt", t.start as "monthStart",
       ((t.start at time zone g.time_zone) + interval '1 month') at time zone g.time_zone as "monthEnd"
     from allowance a join instrument i on i.id = a.instrument_id join payer y on y.id = a.payer_id
     join program g on g.id = a.program_id
     cross join lateral (select limit_period_start('month', $4, g.time_zone) as start) t
     left join allowance_month m on m.instrument_id = a.instrument_id and m.month_start = t.start
     where a.program_id = $1 and ($2::uuid is null or a.instrument_id < $2) and ($5::uuid is null or a.payer_id = $5)
       and ($6::text is null or a.unit = $6)
       and ($7::text is null or y.reference ilike $7
         or exists (select 1 from instrument o where o.payer_id = a.payer_id and o.label ilike $7))
     order by a.instrument_id desc limit $3`,
    [
      programId,
      page.after,
      page.limit,
      page.at,
      filter.payerId ?? null,
      filter.unit ?? null,
      filter.text === undefined ? null : `%${filter.text.replace(/[\\%_]/g, "\\$&")}%`,
    ],
  );
  return rows;
}

export interface NewAllowance {
  id: Id<"instrument">;
  payerId: Id<"payer">;
  programId: Id<"program">;
  unit: string;
  monthlyMicros: bigint;
  label: string;
  token: string;
  createdBy: string | null;
  createdAt: Date;
}

/** Which of these payers belong to the program; locked, so that nobody else grants them something in the same moment. */
export async function findPayersOf(
  tx: SqlTx,
  programId: Id<"program">,
  payerIds: readonly Id<"payer">[],
): Promise<Set<string>> {
  const { rows } = await tx.query<{ id: string }>(
    `select id from payer where program_id = $1 and id = any($2::uuid[]) order by id for no key update`,
    [programId, payerIds],
  );
  return new Set(rows.map((row) => row.id));
}

export interface StandingAllowance {
  instrumentId: Id<"instrument">;
  payerId: Id<"payer">;
  unit: string;
  monthlyMicros: bigint;
}

/** Locks and gives what these payers have already. */
export async function findAllowancesOf(
  tx: SqlTx,
  payerIds: readonly Id<"payer">[],
): Promise<StandingAllowance[]> {
  const { rows } = await tx.query<StandingAllowance>(
    `select instrument_id as "instrumentId", payer_id as "payerId", unit, monthly_micros as "monthlyMicros"
     from allowance where payer_id = any($1::uuid[]) order by instrument_id for update`,
    [payerIds],
  );
  return rows;
}

export async function insertAllowances(tx: SqlTx, allowances: readonly NewAllowance[]): Promise<void> {
  await insertRows(
    tx,
    "instrument",
    [
      { name: "id", type: "uuid", value: (row) => row.id },
      { name: "payer_id", type: "uuid", value: (row) => row.payerId },
      { name: "program_id", type: "uuid", value: (row) => row.programId },
      { name: "kind", type: "text", value: () => "allowance" },
      { name: "token", type: "text", value: (row) => row.token },
      { name: "label", type: "text", value: (row) => row.label },
      { name: "created_at", type: "timestamptz", value: (row) => row.createdAt },
    ],
    allowances,
  );
  await insertRows(
    tx,
    "allowance",
    [
      { name: "instrument_id", type: "uuid", value: (row) => row.id },
      { name: "program_id", type: "uuid", value: (row) => row.programId },
      { name: "payer_id", type: "uuid", value: (row) => row.payerId },
      { name: "unit", type: "text", value: (row) => row.unit },
      { name: "monthly_micros", type: "bigint", value: (row) => row.monthlyMicros },
      { name: "created_by", type: "uuid", value: (row) => row.createdBy },
      { name: "created_at", type: "timestamptz", value: (row) => row.createdAt },
    ],
    allowances,
  );
}

export async function changeAllowances(
  tx: SqlTx,
  changes: readonly { instrumentId: Id<"instrument">; monthlyMicros: bigint }[],
): Promise<void> {
  await tx.query(
    `update allowance a set monthly_micros = t.monthly from unnest($1::uuid[], $2::bigint[]) as t(id, monthly)
     where a.instrument_id = t.id`,
    [changes.map((change) => change.instrumentId), changes.map((change) => change.monthlyMicros)],
  );
}

export async function isAllowance(tx: SqlTx, instrumentId: Id<"instrument">): Promise<boolean> {
  const { rows } = await tx.query(`select 1 from allowance where instrument_id = $1`, [instrumentId]);
  return rows.length > 0;
}
