/** More rights for members, proposed by one admin and confirmed by another. */
import type { SqlTx } from "@/server/platform/db";
import type { Id } from "@/server/platform/ids";
import type { MoneyRole } from "../permissions";
import type { PendingGrant } from "../types";

export interface NewGrant {
  id: Id<"roleGrant">;
  membershipId: Id<"membership">;
  organisationId: Id<"organisation">;
  role: MoneyRole;
  proposedBy: Id<"user">;
  proposedAt: Date;
}

/** A new proposal for the same member takes the place of the open one. */
export async function insertGrant(tx: SqlTx, row: NewGrant): Promise<void> {
  await tx.query(
    `update role_grant set withdrawn_at = $2
     where membership_id = $1 and confirmed_at is null and withdrawn_at is null`,
    [row.membershipId, row.proposedAt],
  );
  await tx.query(
    `insert into role_grant (id, membership_id, organisation_id, role, proposed_by, proposed_at)
     values ($1, $2, $3, $4, $5, $6)`,
    [row.id, row.membershipId, row.organisationId, row.role, row.proposedBy, row.proposedAt],
  );
}

export interface LockedGrant {
  id: Id<"roleGrant">;
  membershipId: Id<"membership">;
  organisationId: Id<"organisation">;
  memberId: Id<"user">;
  memberRole: string;
  role: MoneyRole;
  proposedBy: Id<"user">;
  proposedAt: Date;
}

export async function lockOpenGrant(tx: SqlTx, id: Id<"roleGrant">): Promise<LockedGrant | null> {
  const { rows } = await tx.query<LockedGrant>(
    `select g.id, g.membership_id as "membershipId", g.organisation_id as "organisationId", m.user_id as "memberId",
       m.role as "memberRole", g.role, g.proposed_by as "proposedBy", g.proposed_at as "proposedAt"
     from role_grant g join membership m on m.id = g.membership_id
     where g.id = $1 and g.confirmed_at is null and g.withdrawn_at is null and m.revoked_at is null
     for update of g`,
    [id],
  );
  return rows[0] ?? null;
}

export async function markConfirmed(
  tx: SqlTx,
  id: Id<"roleGrant">,
  userId: Id<"user">,
  at: Date,
): Promise<void> {
  await tx.query(`update role_grant set confirmed_by = $2, confirmed_at = $3 where id = $1`, [
    id,
    userId,
    at,
  ]);
}

export async function markWithdrawn(tx: SqlTx, id: Id<"roleGrant">, at: Date): Promise<void> {
  await tx.query(`update role_grant set withdrawn_at = $2 where id = $1`, [id, at]);
}

/** Of one organisation, or (null) of all that the scope may see; see `listPendingInvitations` for `viewer`. */
export async function listPendingGrants(
  tx: SqlTx,
  organisationId: Id<"organisation"> | null,
  viewer: Id<"user">,
): Promise<PendingGrant[]> {
  const { rows } = await tx.query<PendingGrant>(
    `select g.id, g.organisation_id as "organisationId", o.name as "organisationName",
       g.membership_id as "membershipId", u.name as "memberName", u.email as "memberEmail", g.role,
       g.proposed_at as "proposedAt", p.name as "proposedByName",
       case when m.user_id = $2 then 'same_person'
         else team_confirmer_fault(g.organisation_id, g.proposed_by, $2, g.proposed_at) end as "confirmFault"
     from role_grant g
     join membership m on m.id = g.membership_id
     join organisation o on o.id = g.organisation_id
     join app_user u on u.id = m.user_id
     left join app_user p on p.id = g.proposed_by
     where ($1::uuid is null or g.organisation_id = $1) and g.confirmed_at is null and g.withdrawn_at is null
       and m.revoked_at is null
     order by g.proposed_at desc limit 200`,
    [organisationId, viewer],
  );
  return rows;
}
