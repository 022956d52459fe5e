/** New passwords for people who lost theirs. */
import type { SqlTx } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";
import type { PendingReset } from "../types";
import type { Arrival } from "./invitations";

export interface NewReset {
  id: Id<"passwordReset">;
  userId: Id<"user">;
  delivery: "mail" | "link_and_code" | "terminal";
  organisationId: Id<"organisation"> | null;
  requestedBy: Id<"user"> | null;
  requestedAt: Date;
  expiresAt: Date;
  tokenHash: Buffer | null;
  codeHash: Buffer | null;
}

export async function insertReset(tx: SqlTx, row: NewReset): Promise<void> {
  await tx.query(
    `insert into password_reset (id, user_id, delivery, organisation_id, requested_by, requested_at, expires_at,
       token_hash, code_hash) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      row.id,
      row.userId,
      row.delivery,
      row.organisationId,
      row.requestedBy,
      row.requestedAt,
      row.expiresAt,
      row.tokenHash,
      row.codeHash,
    ],
  );
}

export interface OpenReset {
  id: Id<"passwordReset">;
  userId: Id<"user">;
  email: string;
  name: string;
  delivery: NewReset["delivery"];
  organisationId: Id<"organisation"> | null;
  requestedBy: Id<"user"> | null;
  requestedAt: Date;
  releasedBy: Id<"user"> | null;
  codeHash: Buffer | null;
  expiresAt: Date;
}

const OPEN = `select r.id, r.user_id as "userId", u.email, u.name, r.delivery, r.organisation_id as "organisationId",
    r.requested_by as "requestedBy", r.requested_at as "requestedAt", r.released_by as "releasedBy",
    r.code_hash as "codeHash", r.expires_at as "expiresAt"
  from password_reset r join app_user u on u.id = r.user_id
  where r.used_at is null and r.revoked_at is null and r.expires_at > $2 and u.disabled_at is null
    and (r.requested_by is null or is_resetter(r.user_id, r.requested_by))`;

export async function findOpenReset(tx: SqlTx, tokenHash: Buffer, at: Date): Promise<OpenReset | null> {
  const { rows } = await tx.query<OpenReset>(`${OPEN} and r.token_hash = $1`, [tokenHash, at]);
  return rows[0] ?? null;
}

export async function lockOpenReset(tx: SqlTx, id: Id<"passwordReset">, at: Date): Promise<OpenReset | null> {
  const { rows } = await tx.query<OpenReset>(`${OPEN} and r.id = $1 for update of r`, [id, at]);
  return rows[0] ?? null;
}

export async function setResetToken(tx: SqlTx, id: Id<"passwordReset">, tokenHash: Buffer): Promise<void> {
  await tx.query(`update password_reset set token_hash = $2 where id = $1`, [id, tokenHash]);
}

export async function markResetReleased(
  tx: SqlTx,
  id: Id<"passwordReset">,
  userId: Id<"user">,
  at: Date,
): Promise<void> {
  await tx.query(`update password_reset set released_by = $2, released_at = $3 where id = $1`, [
    id,
    userId,
    at,
  ]);
}

/** Uses the reset up; false when somebody else did so a moment before. */
export async function markResetUsed(
  tx: SqlTx,
  id: Id<"passwordReset">,
  of: { at: Date; openedWith: Buffer | null; from: Arrival },
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update password_reset set used_at = $2, used_with = $3, used_ip = $4::inet, used_user_agent = $5
     where id = $1 and used_at is null and revoked_at is null and expires_at > $2`,
    [id, of.at, of.openedWith, of.from.ip, of.from.userAgent?.slice(0, 400) ?? null],
  );
  return rowCount === 1;
}

/** Takes back one; gives whose it was, or null when there was nothing to take back. */
export async function revokeReset(
  tx: SqlTx,
  organisationId: Id<"organisation"> | null,
  id: Id<"passwordReset">,
  at: Date,
): Promise<{ userId: Id<"user">; organisationId: Id<"organisation"> | null } | null> {
  const { rows } = await tx.query<{ userId: Id<"user">; organisationId: Id<"organisation"> | null }>(
    `update password_reset set revoked_at = $3
     where id = $1 and ($2::uuid is null or organisation_id = $2) and requested_by is not null
       and used_at is null and revoked_at is null
     returning user_id as "userId", organisation_id as "organisationId"`,
    [id, organisationId, at],
  );
  return rows[0] ?? null;
}

/** Takes back all that are open for a person, or only those that people asked for. */
export async function revokeResetsOf(
  tx: SqlTx,
  userId: Id<"user">,
  which: "all" | "asked for by people",
  at: Date,
): Promise<void> {
  await tx.query(
    `update password_reset set revoked_at = $2
     where user_id = $1 and used_at is null and revoked_at is null and ($3 or requested_by is not null)`,
    [userId, at, which === "all"],
  );
}

/** Why the asker cannot ask for a person; null when they can. */
export async function findAskerFault(
  tx: SqlTx,
  userId: Id<"user">,
  asker: Id<"user">,
): Promise<string | null> {
  const { rows } = await tx.query<{ fault: string | null }>(`select reset_asker_fault($1, $2) as fault`, [
    userId,
    asker,
  ]);
  return rows[0]?.fault ?? null;
}

export async function findReleaserFault(
  tx: SqlTx,
  of: { userId: Id<"user">; first: Id<"user"> | null; second: Id<"user">; since: Date },
): Promise<string | null> {
  const { rows } = await tx.query<{ fault: string | null }>(
    `select reset_releaser_fault($1, $2, $3, $4) as fault`,
    [of.userId, of.first, of.second, of.since],
  );
  return rows[0]?.fault ?? null;
}

/** Whose business the person's password is; null for the operators'. */
export async function findResetOrganisation(
  tx: SqlTx,
  userId: Id<"user">,
): Promise<Id<"organisation"> | null> {
  const { rows } = await tx.query<{ id: Id<"organisation"> | null }>(`select reset_organisation($1) as id`, [
    userId,
  ]);
  return rows[0]?.id ?? null;
}

/** Open ones of an organisation's members, or (null) of all that the scope may see; `viewer` is who would release. */
export async function listPendingResets(
  tx: SqlTx,
  organisationId: Id<"organisation"> | null,
  viewer: Id<"user">,
  at: Date,
): Promise<PendingReset[]> {
  const { rows } = await tx.query<PendingReset>(
    `select r.id, o.name as "organisationName", u.name as "memberName", u.email as "memberEmail",
       r.requested_at as "requestedAt", r.expires_at as "expiresAt", a.name as "requestedByName",
       b.name as "releasedByName", r.released_by = $2 as "releasedByViewer",
       reset_releaser_fault(r.user_id, r.requested_by, $2, r.requested_at) as "releaseFault"
     from password_reset r
     join app_user u on u.id = r.user_id
     left join organisation o on o.id = r.organisation_id
     left join app_user a on a.id = r.requested_by
     left join app_user b on b.id = r.released_by
     where r.requested_by is not null and r.used_at is null and r.revoked_at is null and r.expires_at > $3
       and ($1::uuid is null or r.organisation_id = $1
         or (r.organisation_id is null and exists (select 1 from membership m
             where m.user_id = r.user_id and m.organisation_id = $1 and m.revoked_at is null)))
     order by r.requested_at desc limit 200`,
    [organisationId, viewer, at],
  );
  return rows;
}

/** Where the person is a member, to tell it there. */
export async function listOrganisationsOf(tx: SqlTx, userId: Id<"user">): Promise<Id<"organisation">[]> {
  const { rows } = await tx.query<{ id: Id<"organisation"> }>(
    `select organisation_id as id from membership where user_id = $1 and revoked_at is null order by 1`,
    [userId],
  );
  return rows.map((row) => row.id);
}

export async function isOfOperator(tx: SqlTx, userId: Id<"user">): Promise<boolean> {
  const { rowCount } = await tx.query(
    `select 1 from organisation where id = reset_organisation($1) and kind = 'operator'`,
    [userId],
  );
  return rowCount === 1;
}
