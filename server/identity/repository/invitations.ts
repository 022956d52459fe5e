import type { SqlTx } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";
import type { OrganisationKind, Role } from "../permissions";
import type { PendingInvitation } from "../types";

export interface NewInvitation {
  id: Id<"invitation">;
  organisationId: Id<"organisation">;
  /** Null for the first operator's link, whose owner names the address. */
  email: string | null;
  role: Role;
  tokenHash: Buffer;
  createdBy: Id<"user"> | null;
  createdAt: Date;
  expiresAt: Date;
}

export async function insertInvitation(tx: SqlTx, row: NewInvitation): Promise<void> {
  await tx.query(
    `insert into invitation (id, organisation_id, email, role, token_hash, created_by, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      row.id,
      row.organisationId,
      row.email,
      row.role,
      row.tokenHash,
      row.createdBy,
      row.createdAt,
      row.expiresAt,
    ],
  );
}

export interface OpenInvitation {
  id: Id<"invitation">;
  organisationId: Id<"organisation">;
  organisationName: string;
  organisationSlug: string;
  organisationKind: OrganisationKind;
  organisationSuspended: boolean;
  email: string | null;
  role: Role;
  createdBy: Id<"user"> | null;
  expiresAt: Date;
}

const OPEN = `i.id, i.organisation_id as "organisationId", o.name as "organisationName", o.slug as "organisationSlug",
  o.kind as "organisationKind", o.suspended_at is not null as "organisationSuspended", i.email, i.role,
  i.created_by as "createdBy", i.expires_at as "expiresAt"`;

export async function findOpenInvitation(
  tx: SqlTx,
  tokenHash: Buffer,
  at: Date,
): Promise<OpenInvitation | null> {
  const { rows } = await tx.query<OpenInvitation>(
    `select ${OPEN} from invitation i join organisation o on o.id = i.organisation_id
     where i.token_hash = $1 and i.accepted_at is null and i.revoked_at is null and i.expires_at > $2`,
    [tokenHash, at],
  );
  return rows[0] ?? null;
}

/** Uses the invitation up; false when somebody else did so a moment before. */
export async function markAccepted(
  tx: SqlTx,
  id: Id<"invitation">,
  userId: Id<"user">,
  at: Date,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update invitation set accepted_at = $3, accepted_by = $2
     where id = $1 and accepted_at is null and revoked_at is null and expires_at > $3`,
    [id, userId, at],
  );
  return rowCount === 1;
}

export async function listPendingInvitations(
  tx: SqlTx,
  organisationId: Id<"organisation">,
  at: Date,
): Promise<PendingInvitation[]> {
  const { rows } = await tx.query<PendingInvitation>(
    `select i.id, i.email, i.role, i.created_at as "createdAt", i.expires_at as "expiresAt", u.name as "createdByName"
     from invitation i left join app_user u on u.id = i.created_by
     where i.organisation_id = $1 and i.email is not null and i.accepted_at is null and i.revoked_at is null
       and i.expires_at > $2
     order by i.created_at desc limit 200`,
    [organisationId, at],
  );
  return rows;
}

export async function revokeInvitation(
  tx: SqlTx,
  organisationId: Id<"organisation">,
  id: Id<"invitation">,
  at: Date,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update invitation set revoked_at = $3
     where id = $1 and organisation_id = $2 and accepted_at is null and revoked_at is null`,
    [id, organisationId, at],
  );
  return rowCount === 1;
}

/** Withdraws open invitations of one address, or (null) the open links of the first operator. */
export async function revokeOpenInvitations(
  tx: SqlTx,
  organisationId: Id<"organisation">,
  email: string | null,
  at: Date,
): Promise<void> {
  await tx.query(
    `update invitation set revoked_at = $3
     where organisation_id = $1 and email is not distinct from $2 and accepted_at is null and revoked_at is null`,
    [organisationId, email, at],
  );
}

/** Serialises everything that asks "is there an operator admin yet?" until the transaction ends. */
export async function lockFirstOperator(tx: SqlTx): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('identity.first_operator', 0))`);
}

export async function operatorAdminExists(tx: SqlTx): Promise<boolean> {
  const { rows } = await tx.query<{ found: boolean }>(
    `select exists (select 1 from membership m join organisation o on o.id = m.organisation_id
       join app_user u on u.id = m.user_id
       where o.kind = 'operator' and m.role = 'admin' and m.revoked_at is null and u.disabled_at is null) as found`,
  );
  return rows[0]?.found ?? false;
}

export async function findAnyOperator(tx: SqlTx): Promise<Id<"organisation"> | null> {
  const { rows } = await tx.query<{ id: Id<"organisation"> }>(
    `select id from organisation where kind = 'operator' order by created_at, id limit 1`,
  );
  return rows[0]?.id ?? null;
}
