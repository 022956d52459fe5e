/** Persons, their secrets, sessions and memberships. */
import type { SqlTx } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";
import { notifyAccess } from "@/server/platform/live";
import type { Role } from "../permissions";
import type { Preferences } from "../schema";
import type { Access, SessionItem, TeamMember, User } from "../types";

export async function insertUser(tx: SqlTx, row: User & { createdAt: Date }): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into app_user (id, email, name, created_at) values ($1, $2, $3, $4) on conflict (email) do nothing`,
    [row.id, row.email, row.name, row.createdAt],
  );
  return rowCount === 1;
}

export async function findUserByEmail(tx: SqlTx, email: string): Promise<User | null> {
  const { rows } = await tx.query<User>(`select id, email, name from app_user where email = $1`, [email]);
  return rows[0] ?? null;
}

export interface SignInRow {
  userId: Id<"user">;
  passwordHash: string | null;
  disabled: boolean;
}

export async function findSignInRow(tx: SqlTx, email: string): Promise<SignInRow | null> {
  const { rows } = await tx.query<SignInRow>(
    `select u.id as "userId", s.password_hash as "passwordHash", u.disabled_at is not null as disabled
     from app_user u left join user_secret s on s.user_id = u.id where u.email = $1`,
    [email],
  );
  return rows[0] ?? null;
}

/** Whether the person's sessions say that they came from there before. */
export async function hasSignedInFrom(
  tx: SqlTx,
  userId: Id<"user">,
  ip: string,
  since: Date,
): Promise<boolean> {
  const { rows } = await tx.query<{ found: boolean }>(
    `select exists (select 1 from session where user_id = $1 and ip = $2::inet and created_at > $3) as found`,
    [userId, ip, since],
  );
  return rows[0]?.found ?? false;
}

export async function findPasswordHash(tx: SqlTx, userId: Id<"user">): Promise<string | null> {
  const { rows } = await tx.query<{ hash: string }>(
    `select password_hash as hash from user_secret where user_id = $1`,
    [userId],
  );
  return rows[0]?.hash ?? null;
}

export async function setPasswordHash(tx: SqlTx, userId: Id<"user">, hash: string, at: Date): Promise<void> {
  await tx.query(
    `insert into user_secret (user_id, password_hash, password_changed_at) values ($1, $2, $3)
     on conflict (user_id) do update set password_hash = excluded.password_hash,
       password_changed_at = excluded.password_changed_at`,
    [userId, hash, at],
  );
}

export async function setLastSignIn(tx: SqlTx, userId: Id<"user">, at: Date): Promise<void> {
  await tx.query(`update app_user set last_sign_in_at = $2 where id = $1`, [userId, at]);
}

export async function setPreferences(
  tx: SqlTx,
  userId: Id<"user">,
  preferences: Partial<Preferences>,
): Promise<void> {
  await tx.query(`update app_user set preferences = preferences || $2::jsonb where id = $1`, [
    userId,
    JSON.stringify(preferences),
  ]);
}

export interface NewSession {
  id: Id<"session">;
  userId: Id<"user">;
  at: Date;
  expiresAt: Date;
  userAgent: string | null;
  ip: string | null;
}

export async function insertSession(tx: SqlTx, row: NewSession): Promise<void> {
  await tx.query(
    `insert into session (id, user_id, created_at, last_seen_at, expires_at, user_agent, ip)
     values ($1, $2, $3, $3, $4, $5, $6::inet)`,
    [row.id, row.userId, row.at, row.expiresAt, row.userAgent, row.ip],
  );
}

export interface ActiveSessionRow {
  userId: Id<"user">;
  email: string;
  name: string;
  preferences: unknown;
  lastSeenAt: Date;
}

export async function findActiveSession(
  tx: SqlTx,
  id: Id<"session">,
  at: Date,
  seenSince: Date,
): Promise<ActiveSessionRow | null> {
  const { rows } = await tx.query<ActiveSessionRow>(
    `select u.id as "userId", u.email, u.name, u.preferences, s.last_seen_at as "lastSeenAt"
     from session s join app_user u on u.id = s.user_id
     where s.id = $1 and s.revoked_at is null and s.expires_at > $2 and s.last_seen_at > $3 and u.disabled_at is null`,
    [id, at, seenSince],
  );
  return rows[0] ?? null;
}

export async function touchSession(tx: SqlTx, id: Id<"session">, at: Date): Promise<void> {
  await tx.query(`update session set last_seen_at = $2 where id = $1 and last_seen_at < $2`, [id, at]);
}

export async function listSessions(
  tx: SqlTx,
  userId: Id<"user">,
  at: Date,
  seenSince: Date,
): Promise<SessionItem[]> {
  const { rows } = await tx.query<SessionItem>(
    `select id, created_at as "createdAt", last_seen_at as "lastSeenAt", expires_at as "expiresAt",
       user_agent as "userAgent", host(ip) as ip
     from session where user_id = $1 and revoked_at is null and expires_at > $2 and last_seen_at > $3
     order by last_seen_at desc limit 100`,
    [userId, at, seenSince],
  );
  return rows;
}

/** Ends sessions of one person: a single one, or all but `except`; gives the ids that were alive. */
export async function revokeSessions(
  tx: SqlTx,
  userId: Id<"user">,
  which: { only: Id<"session"> } | { except: Id<"session"> | null },
  at: Date,
): Promise<Id<"session">[]> {
  const only = "only" in which ? which.only : null;
  const except = "except" in which ? which.except : null;
  const { rows } = await tx.query<{ id: Id<"session"> }>(
    `update session set revoked_at = $2
     where user_id = $1 and revoked_at is null and ($3::uuid is null or id = $3) and ($4::uuid is null or id <> $4)
     returning id`,
    [userId, at, only, except],
  );
  if (rows.length > 0) await notifyAccess(tx);
  return rows.map((row) => row.id);
}

export async function findSessionUser(tx: SqlTx, id: Id<"session">): Promise<Id<"user"> | null> {
  const { rows } = await tx.query<{ userId: Id<"user"> }>(
    `select user_id as "userId" from session where id = $1 and revoked_at is null`,
    [id],
  );
  return rows[0]?.userId ?? null;
}

const ACCESS = `m.id as "membershipId", m.role, o.id as "organisationId", o.kind, o.slug, o.name,
  o.suspended_at is not null as suspended`;

interface AccessRow {
  membershipId: Id<"membership">;
  role: Role;
  organisationId: Id<"organisation">;
  kind: Access["organisation"]["kind"];
  slug: string;
  name: string;
  suspended: boolean;
}

function toAccess(row: AccessRow): Access {
  const { membershipId, role, organisationId, ...organisation } = row;
  return { membershipId, role, organisation: { id: organisationId, ...organisation } };
}

export async function findAccess(tx: SqlTx, userId: Id<"user">, slug: string): Promise<Access | null> {
  const { rows } = await tx.query<AccessRow>(
    `select ${ACCESS} from membership m join organisation o on o.id = m.organisation_id
     where m.user_id = $1 and o.slug = $2 and m.revoked_at is null`,
    [userId, slug],
  );
  return rows[0] ? toAccess(rows[0]) : null;
}

export async function listAccess(tx: SqlTx, userId: Id<"user">): Promise<Access[]> {
  const { rows } = await tx.query<AccessRow>(
    `select ${ACCESS} from membership m join organisation o on o.id = m.organisation_id
     where m.user_id = $1 and m.revoked_at is null
     order by o.suspended_at is not null, array_position(array['operator','merchant','agency'], o.kind), lower(o.name)
     limit 200`,
    [userId],
  );
  return rows.map(toAccess);
}

export interface NewMembership {
  id: Id<"membership">;
  userId: Id<"user">;
  organisationId: Id<"organisation">;
  role: Role;
  createdAt: Date;
  createdBy: Id<"user"> | null;
  invitationId: Id<"invitation"> | null;
}

export async function insertMembership(tx: SqlTx, row: NewMembership): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into membership (id, user_id, organisation_id, role, created_at, created_by, invitation_id)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (user_id, organisation_id) where revoked_at is null do nothing`,
    [row.id, row.userId, row.organisationId, row.role, row.createdAt, row.createdBy, row.invitationId],
  );
  return rowCount === 1;
}

export async function listTeam(tx: SqlTx, organisationId: Id<"organisation">): Promise<TeamMember[]> {
  const { rows } = await tx.query<TeamMember>(
    `select m.id as "membershipId", u.id as "userId", u.email, u.name, m.role, m.created_at as "joinedAt",
       u.last_sign_in_at as "lastSignInAt", i.delivery as "cameBy"
     from membership m join app_user u on u.id = m.user_id left join invitation i on i.id = m.invitation_id
     where m.organisation_id = $1 and m.revoked_at is null order by lower(u.name), m.id limit 1000`,
    [organisationId],
  );
  return rows;
}

/** The person behind a membership, of one organisation or (null) of any that the scope may see. */
export async function findMemberUser(
  tx: SqlTx,
  id: Id<"membership">,
  organisationId: Id<"organisation"> | null,
): Promise<Id<"user"> | null> {
  const { rows } = await tx.query<{ userId: Id<"user"> }>(
    `select m.user_id as "userId" from membership m join app_user u on u.id = m.user_id
     where m.id = $1 and ($2::uuid is null or m.organisation_id = $2) and m.revoked_at is null and u.disabled_at is null`,
    [id, organisationId],
  );
  return rows[0]?.userId ?? null;
}

export interface LockedMember {
  id: Id<"membership">;
  userId: Id<"user">;
  role: Role;
  disabled: boolean;
}

/**
 * The organisation's live memberships, locked until the transaction ends, so that two admins who remove each other
 * at the same moment cannot both succeed.
 */
export async function lockTeam(tx: SqlTx, organisationId: Id<"organisation">): Promise<LockedMember[]> {
  const { rows } = await tx.query<LockedMember>(
    `select m.id, m.user_id as "userId", m.role, u.disabled_at is not null as disabled
     from membership m join app_user u on u.id = m.user_id
     where m.organisation_id = $1 and m.revoked_at is null order by m.id for update of m`,
    [organisationId],
  );
  return rows;
}

export async function setRole(tx: SqlTx, id: Id<"membership">, role: Role): Promise<void> {
  await tx.query(`update membership set role = $2 where id = $1 and revoked_at is null`, [id, role]);
  await notifyAccess(tx);
}

export async function revokeMembership(tx: SqlTx, id: Id<"membership">, at: Date): Promise<void> {
  await tx.query(`update membership set revoked_at = $2 where id = $1 and revoked_at is null`, [id, at]);
  await notifyAccess(tx);
}

export async function findNames(tx: SqlTx, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const { rows } = await tx.query<{ id: string; name: string }>(
    `select id, name from app_user where id = any($1::uuid[])`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row.name]));
}
