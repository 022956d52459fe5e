import { insertRows } from "@/server/platform/bulk";
import type { SqlTx } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";
import type { Currency } from "@/server/platform/money";
import type { InstrumentKind } from "../constants";

export interface ProgramFacts {
  id: Id<"program">;
  slug: string;
  name: string;
  currency: Currency;
  timeZone: string;
  closedAt: Date | null;
  operatorId: Id<"organisation">;
}

export async function findProgram(tx: SqlTx, programId: Id<"program">): Promise<ProgramFacts | null> {
  const { rows } = await tx.query<ProgramFacts>(
    `select id, slug, name, currency, time_zone as "timeZone", closed_at as "closedAt",
       operator_id as "operatorId" from program where id = $1`,
    [programId],
  );
  return rows[0] ?? null;
}

export async function isPartyOf(
  tx: SqlTx,
  programId: Id<"program">,
  organisationId: Id<"organisation">,
): Promise<boolean> {
  const { rows } = await tx.query(
    `select 1 from program_party pp join organisation o on o.id = pp.organisation_id
     where pp.program_id = $1 and pp.organisation_id = $2 and o.kind = 'merchant'`,
    [programId, organisationId],
  );
  return rows.length > 0;
}

export interface NewInstrument {
  id: Id<"instrument">;
  payerReference: string;
  payerId: Id<"payer">;
  programId: Id<"program">;
  kind: InstrumentKind;
  token: string;
  label: string;
  fundingAccountId: string;
  createdAt: Date;
}

/** Adds payers and instruments that are not there yet. Gives the instruments that now stand, by token. */
export async function upsertInstruments(
  tx: SqlTx,
  instruments: readonly NewInstrument[],
): Promise<
  Map<string, { id: Id<"instrument">; payerId: Id<"payer">; fundingAccountId: string; kind: string }>
> {
  await insertRows(
    tx,
    "payer",
    [
      { name: "id", type: "uuid", value: (row) => row.payerId },
      { name: "program_id", type: "uuid", value: (row) => row.programId },
      { name: "reference", type: "text", value: (row) => row.payerReference },
      { name: "created_at", type: "timestamptz", value: (row) => row.createdAt },
    ],
    instruments,
    { suffix: "on conflict (program_id, reference) do nothing" },
  );
  await tx.query(
    `insert into instrument (id, payer_id, program_id, kind, token, label, funding_account_id, created_at)
     select t.id, y.id, t.program_id, t.kind, t.token, t.label, t.account_id, t.created_at
     from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::timestamptz[])
       as t(id, program_id, reference, kind, token, label, account_id, created_at)
     join payer y on y.program_id = t.program_id and y.reference = t.reference
     order by t.token
     on conflict (program_id, token) do nothing`,
    [
      instruments.map((row) => row.id),
      instruments.map((row) => row.programId),
      instruments.map((row) => row.payerReference),
      instruments.map((row) => row.kind),
      instruments.map((row) => row.token),
      instruments.map((row) => row.label),
      instruments.map((row) => row.fundingAccountId),
      instruments.map((row) => row.createdAt),
    ],
  );
  const { rows } = await tx.query<{
    token: string;
    id: Id<"instrument">;
    payerId: Id<"payer">;
    fundingAccountId: string;
    kind: string;
  }>(
    `select i.token, i.id, i.payer_id as "payerId", i.funding_account_id as "fundingAccountId", i.kind
     from instrument i join unnest($1::uuid[], $2::text[]) as t(program_id, token)
       on i.program_id = t.program_id and i.token = t.token`,
    [instruments.map((row) => row.programId), instruments.map((row) => row.token)],
  );
  return new Map(rows.map((row) => [row.token, row]));
}

export async function blockInstrument(
  tx: SqlTx,
  instrumentId: Id<"instrument">,
  block: { state: "active" | "blocked"; until: Date | null },
): Promise<{ before: string; label: string } | null> {
  const { rows } = await tx.query<{ before: string; label: string }>(
    `update instrument i set state = $2, blocked_until = $3 from instrument old
     where i.id = $1 and old.id = i.id and i.state <> 'closed' returning old.state as before, i.label`,
    [instrumentId, block.state, block.until],
  );
  return rows[0] ?? null;
}

export interface NewTopUp {
  id: Id<"transfer">;
  instrumentId: Id<"instrument">;
  amountMicros: bigint;
  reference: string;
  at: Date;
}

/** Records top-ups whose reference is new; gives the ids of those, with what their money moves need. */
export async function insertTopUps(
  tx: SqlTx,
  topUps: readonly NewTopUp[],
): Promise<{ id: Id<"transfer">; programId: Id<"program">; currency: Currency; fundingAccountId: string }[]> {
  const { rows } = await tx.query<{
    id: Id<"transfer">;
    programId: Id<"program">;
    currency: Currency;
    fundingAccountId: string;
  }>(
    `with new as (
       insert into wallet_top_up (id, instrument_id, program_id, amount_micros, reference, created_at)
       select t.id, i.id, i.program_id, t.amount, t.reference, t.at
       from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::timestamptz[])
         as t(id, instrument_id, amount, reference, at)
       join instrument i on i.id = t.instrument_id and i.kind = 'wallet' and i.state <> 'closed'
       order by t.instrument_id, t.reference
       on conflict (instrument_id, reference) do nothing returning id, instrument_id)
     select new.id, i.program_id as "programId", p.currency, i.funding_account_id as "fundingAccountId"
     from new join instrument i on i.id = new.instrument_id join program p on p.id = i.program_id`,
    [
      topUps.map((row) => row.id),
      topUps.map((row) => row.instrumentId),
      topUps.map((row) => row.amountMicros),
      topUps.map((row) => row.reference),
      topUps.map((row) => row.at),
    ],
  );
  return rows;
}
