import type { SqlTx } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";
import type { OrganisationKind, Role } from "../permissions";
import type { InvitationDelivery, PendingInvitation } from "../types";

export interface NewInvitation {
  id: Id<"invitation">;
  organisationId: Id<"organisation">;
  /** Null for founding links, whose owners name the address. */
  email: string | null;
  role: Role;
  delivery: InvitationDelivery;
  /** Of a founding link. */
  founderSeat: number | null;
  /** Null until the link exists: it is made when it is mailed or released. */
  tokenHash: Buffer | null;
  /** Of the code that the inviter tells, where no mail carries the link. */
  codeHash?: Buffer;
  createdBy: Id<"user"> | null;
  /** The organisation for which the inviter acted. */
  inviterOrganisationId: Id<"organisation"> | null;
  createdAt: Date;
  expiresAt: Date;
}

export async function insertInvitation(tx: SqlTx, row: NewInvitation): Promise<void> {
  await tx.query(
    `insert into invitation (id, organisation_id, email, role, delivery, founder_seat, token_hash, created_by,
       inviter_organisation_id, created_at, expires_at, code_hash)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      row.id,
      row.organisationId,
      row.email,
      row.role,
      row.delivery,
      row.founderSeat,
      row.tokenHash,
      row.createdBy,
      row.inviterOrganisationId,
      row.createdAt,
      row.expiresAt,
      row.codeHash ?? null,
    ],
  );
}

export interface OpenInvitation {
  id: Id<"invitation">;
  organisationId: Id<"organisation">;
  organisationName: string;
  organisationSlug: string;
  organisationKind: OrganisationKind;
  email: string | null;
  role: Role;
  delivery: InvitationDelivery;
  createdBy: Id<"user"> | null;
  createdAt: Date;
  inviterOrganisationId: Id<"organisation"> | null;
  releasedBy: Id<"user"> | null;
  tokenHash: Buffer | null;
  codeHash: Buffer | null;
  expiresAt: Date;
}

const OPEN = `i.id, i.organisation_id as "organisationId", o.name as "organisationName", o.slug as "organisationSlug",
  o.kind as "organisationKind", i.email, i.role, i.delivery, i.created_by as "createdBy", i.created_at as "createdAt",
  i.inviter_organisation_id as "inviterOrganisationId", i.released_by as "releasedBy", i.token_hash as "tokenHash",
  i.code_hash as "codeHash",
  i.expires_at as "expiresAt"`;

/** Whoever may not invite any more has no open invitation either. */
const IS_OPEN = `i.accepted_at is null and i.revoked_at is null
  and (i.delivery = 'founding' or may_invite(i.created_by, i.organisation_id))`;

export async function findOpenInvitation(
  tx: SqlTx,
  tokenHash: Buffer,
  at: Date,
): Promise<OpenInvitation | null> {
  const { rows } = await tx.query<OpenInvitation>(
    `select ${OPEN} from invitation i join organisation o on o.id = i.organisation_id
     where i.token_hash = $1 and i.expires_at > $2 and ${IS_OPEN}`,
    [tokenHash, at],
  );
  return rows[0] ?? null;
}

export async function lockOpenInvitation(
  tx: SqlTx,
  id: Id<"invitation">,
  at: Date,
): Promise<OpenInvitation | null> {
  const { rows } = await tx.query<OpenInvitation>(
    `select ${OPEN} from invitation i join organisation o on o.id = i.organisation_id
     where i.id = $1 and i.expires_at > $2 and ${IS_OPEN} for update of i`,
    [id, at],
  );
  return rows[0] ?? null;
}

export async function setTokenHash(tx: SqlTx, id: Id<"invitation">, tokenHash: Buffer): Promise<void> {
  await tx.query(`update invitation set token_hash = $2 where id = $1`, [id, tokenHash]);
}

export async function markReleased(
  tx: SqlTx,
  id: Id<"invitation">,
  userId: Id<"user">,
  at: Date,
): Promise<void> {
  await tx.query(`update invitation set released_by = $2, released_at = $3 where id = $1`, [id, userId, at]);
}

export interface Arrival {
  ip: string | null;
  userAgent: string | null;
}

/** Uses the invitation up; false when somebody else did so a moment before. */
export async function markAccepted(
  tx: SqlTx,
  id: Id<"invitation">,
  userId: Id<"user">,
  from: Arrival,
  at: Date,
  /** The hash of the code that was given, where one is asked for. */
  openedWith: Buffer | null = null,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update invitation set accepted_at = $3, accepted_by = $2, accepted_ip = $4::inet, accepted_user_agent = $5,
       accepted_with = $6
     where id = $1 and accepted_at is null and revoked_at is null and expires_at > $3`,
    [id, userId, at, from.ip, from.userAgent?.slice(0, 400) ?? null, openedWith],
  );
  return rowCount === 1;
}

/**
 * Open invitations, of one organisation or (null) of all that the scope may see. `viewer` is who would confirm: the
 * fault says why they cannot, and is null when they can.
 */
export async function listPendingInvitations(
  tx: SqlTx,
  organisationId: Id<"organisation"> | null,
  viewer: Id<"user"> | null,
  at: Date,
): Promise<PendingInvitation[]> {
  const { rows } = await tx.query<PendingInvitation>(
    `select i.id, i.organisation_id as "organisationId", o.name as "organisationName", i.email, i.role,
       i.created_at as "createdAt", i.expires_at as "expiresAt", u.name as "createdByName", r.name as "releasedByName",
       case
         when i.released_by is null and (i.delivery = 'link_and_code' or role_moves_money(i.role)) then 'waiting_for_release'
         when i.delivery = 'link_and_code' then 'link_released'
         when m.failed_at is not null then 'mail_refused'
         when m.sent_at is not null then 'mail_sent'
         else 'waiting_for_mail' end as state,
       i.delivery = 'link_and_code' as "withoutMail",
       coalesce(m.attempts, 0) > 0 and m.sent_at is null as "mailFailing",
       i.released_by = $2 as "releasedByViewer",
       team_confirmer_fault(i.organisation_id, i.created_by, $2, i.created_at) as "confirmFault"
     from invitation i
     join organisation o on o.id = i.organisation_id
     left join app_user u on u.id = i.created_by
     left join app_user r on r.id = i.released_by
     left join lateral (select * from mail_message where subject_id = i.id order by created_at desc limit 1) m on true
     where ($1::uuid is null or i.organisation_id = $1) and i.email is not null and i.expires_at > $3 and ${IS_OPEN}
     order by i.created_at desc limit 200`,
    [organisationId, viewer, at],
  );
  return rows;
}

/** Withdraws one; gives its organisation, or null when there was nothing to withdraw. */
export async function revokeInvitation(
  tx: SqlTx,
  organisationId: Id<"organisation"> | null,
  id: Id<"invitation">,
  at: Date,
): Promise<Id<"organisation"> | null> {
  const { rows } = await tx.query<{ organisationId: Id<"organisation"> }>(
    `update invitation set revoked_at = $3
     where id = $1 and ($2::uuid is null or organisation_id = $2) and accepted_at is null and revoked_at is null
     returning organisation_id as "organisationId"`,
    [id, organisationId, at],
  );
  return rows[0]?.organisationId ?? null;
}

/** Withdraws the open invitations of one address. */
export async function revokeOpenInvitations(
  tx: SqlTx,
  organisationId: Id<"organisation">,
  email: string,
  at: Date,
): Promise<void> {
  await tx.query(
    `update invitation set revoked_at = $3
     where organisation_id = $1 and email = $2 and accepted_at is null and revoked_at is null`,
    [organisationId, email, at],
  );
}

export async function mayInvite(
  tx: SqlTx,
  userId: Id<"user">,
  organisationId: Id<"organisation">,
): Promise<boolean> {
  const { rows } = await tx.query<{ may: boolean }>(`select may_invite($1, $2) as may`, [
    userId,
    organisationId,
  ]);
  return rows[0]?.may ?? false;
}

/** Why `second` cannot confirm what `first` decided about a team; null when they can. */
export async function findConfirmerFault(
  tx: SqlTx,
  of: { organisationId: Id<"organisation">; first: Id<"user"> | null; second: Id<"user">; since: Date },
): Promise<string | null> {
  const { rows } = await tx.query<{ fault: string | null }>(
    `select team_confirmer_fault($1, $2, $3, $4) as fault`,
    [of.organisationId, of.first, of.second, of.since],
  );
  return rows[0]?.fault ?? null;
}

// --- Founding -----------------------------------------------------------------------------------------------------

/** Serialises everything that asks "how many operator admins are there?" until the transaction ends. */
export async function lockFounding(tx: SqlTx): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('identity.founding', 0))`);
}

export async function countOperatorAdmins(tx: SqlTx): Promise<number> {
  const { rows } = await tx.query<{ found: number }>(`select count(*)::int as found from operator_admins()`);
  return rows[0]?.found ?? 0;
}

export async function listOpenFoundingLinks(
  tx: SqlTx,
): Promise<{ id: Id<"invitation">; seat: number; tokenHash: Buffer; expiresAt: Date }[]> {
  const { rows } = await tx.query<{
    id: Id<"invitation">;
    seat: number;
    tokenHash: Buffer;
    expiresAt: Date;
  }>(
    `select id, founder_seat as seat, token_hash as "tokenHash", expires_at as "expiresAt" from invitation
     where delivery = 'founding' and accepted_at is null and revoked_at is null order by founder_seat`,
  );
  return rows;
}

export async function findAnyOperator(tx: SqlTx): Promise<Id<"organisation"> | null> {
  const { rows } = await tx.query<{ id: Id<"organisation"> }>(
    `select id from organisation where kind = 'operator' order by created_at, id limit 1`,
  );
  return rows[0]?.id ?? null;
}
