/** Rows of proposals that wait for a second person. Who may answer one is judged by the database. */
import { now } from "@/server/platform/clock";
import type { SqlTx } from "@/server/platform/db";
import type { ConfirmationAction, ConfirmationOutcome } from "../constants";

export interface ConfirmationRow {
  id: string;
  action: ConfirmationAction;
  program_id: string | null;
  organisation_id: string | null;
  subject_id: string | null;
  payload: Record<string, unknown>;
  payload_sha256: string;
  proposed_by: string;
  proposed_in: string;
  proposed_at: Date;
  expires_at: Date;
  confirmed_by: string | null;
  confirmed_at: Date | null;
  outcome: ConfirmationOutcome | null;
  ended_at: Date | null;
  reason: string | null;
}

export interface NewConfirmation {
  id: string;
  action: ConfirmationAction;
  programId: string | null;
  organisationId: string | null;
  subjectId: string | null;
  payload: Record<string, unknown>;
  proposedBy: string;
  proposedIn: string;
  at: Date;
  expiresAt: Date;
}

export async function insertConfirmation(tx: SqlTx, proposal: NewConfirmation): Promise<void> {
  await tx.query(
    `insert into confirmation (id, action, program_id, organisation_id, subject_id, payload, proposed_by, proposed_in,
       proposed_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      proposal.id,
      proposal.action,
      proposal.programId,
      proposal.organisationId,
      proposal.subjectId,
      JSON.stringify(proposal.payload),
      proposal.proposedBy,
      proposal.proposedIn,
      proposal.at,
      proposal.expiresAt,
    ],
  );
}

export async function findConfirmation(tx: SqlTx, id: string): Promise<ConfirmationRow | null> {
  const { rows } = await tx.query<ConfirmationRow>("select * from confirmation where id = $1 for update", [
    id,
  ]);
  return rows[0] ?? null;
}

/** Whether the same thing waits already, so that a proposal made twice is answered once. */
export async function findWaiting(
  tx: SqlTx,
  of: { action: ConfirmationAction; subjectId: string },
): Promise<string | null> {
  const { rows } = await tx.query<{ id: string }>(
    `select id from confirmation
      where action = $1 and subject_id = $2 and confirmed_by is null and outcome is null limit 1`,
    [of.action, of.subjectId],
  );
  return rows[0]?.id ?? null;
}

/** Whether a proposal of this kind waits for the program. */
export async function hasWaitingFor(
  tx: SqlTx,
  of: { action: ConfirmationAction; programId: string },
): Promise<boolean> {
  const { rows } = await tx.query(
    `select 1 from confirmation
      where action = $1 and program_id = $2 and confirmed_by is null and outcome is null and expires_at > $3 limit 1`,
    [of.action, of.programId, now()],
  );
  return rows.length > 0;
}

/** Why this person may not confirm the proposal at this moment; null when they may. */
export async function confirmationFault(
  tx: SqlTx,
  id: string,
  by: { userId: string; organisationId: string; at: Date },
): Promise<string | null> {
  const { rows } = await tx.query<{ fault: string | null }>(
    "select confirmation_fault($1, $2, $3, $4) as fault",
    [id, by.userId, by.organisationId, by.at],
  );
  return rows[0]?.fault ?? null;
}

/** Why this person may not propose it; null when they may. What it is about need not be stored yet. */
export async function proposerFault(tx: SqlTx, proposal: NewConfirmation): Promise<string | null> {
  const { rows } = await tx.query<{ fault: string | null }>(
    `select signer_fault(jsonb_populate_record(null::confirmation, jsonb_build_object('id', $1::uuid, 'action', $2::text,
       'program_id', $3::uuid, 'organisation_id', $4::uuid, 'payload', $5::jsonb, 'proposed_in', $6::uuid)),
       $7, $6, false, $8) as fault`,
    [
      proposal.id,
      proposal.action,
      proposal.programId,
      proposal.organisationId,
      JSON.stringify(proposal.payload),
      proposal.proposedIn,
      proposal.proposedBy,
      proposal.at,
    ],
  );
  return rows[0]?.fault ?? null;
}

export async function markConfirmed(
  tx: SqlTx,
  id: string,
  by: { userId: string; organisationId: string; at: Date },
): Promise<void> {
  await tx.query(
    "update confirmation set confirmed_by = $2, confirmed_in = $3, confirmed_at = $4 where id = $1",
    [id, by.userId, by.organisationId, by.at],
  );
}

export async function markEnded(
  tx: SqlTx,
  id: string,
  end: { outcome: ConfirmationOutcome; by: string | null; at: Date; reason: string | null },
): Promise<void> {
  await tx.query(
    "update confirmation set outcome = $2, ended_by = $3, ended_at = $4, reason = $5 where id = $1",
    [id, end.outcome, end.by, end.at, end.reason],
  );
}

/** Proposals that nobody answered in time. */
export async function listStale(tx: SqlTx, at: Date): Promise<string[]> {
  const { rows } = await tx.query<{ id: string }>(
    `select id from confirmation where confirmed_by is null and outcome is null and expires_at <= $1
      order by id limit 200`,
    [at],
  );
  return rows.map(({ id }) => id);
}

/** Two statements, as an upsert would ask its triggers for two confirmations. */
export async function writeSetting(
  tx: SqlTx,
  setting: { name: string; value: string; confirmationId: string; at: Date },
): Promise<void> {
  const values = [setting.name, setting.value, setting.confirmationId, setting.at];
  const { rowCount } = await tx.query(
    "update authority_setting set value = $2, confirmation_id = $3, changed_at = $4 where name = $1",
    values,
  );
  if (rowCount > 0) return;
  await tx.query(
    "insert into authority_setting (name, value, confirmation_id, changed_at) values ($1, $2, $3, $4)",
    values,
  );
}

export async function readSettings(
  tx: SqlTx,
  names: readonly string[],
): Promise<{ name: string; value: bigint }[]> {
  const { rows } = await tx.query<{ name: string; value: bigint }>(
    "select name, authority_value(name) as value from unnest($1::text[]) as name",
    [names],
  );
  return rows;
}

export async function findProgramOf(tx: SqlTx, id: string): Promise<string | null> {
  const { rows } = await tx.query<{ program_id: string | null }>(
    "select program_id from confirmation where id = $1",
    [id],
  );
  return rows[0]?.program_id ?? null;
}
