/** Who belongs to an organisation, seen and changed from inside it. */
import { audit } from "@/server/audit/service";
import { now } from "@/server/platform/clock";
import { type SqlTx, withScope } from "@/server/platform/db";
import { AppError, notFound } from "@/server/platform/errors";
import { type Id, newId } from "@/server/platform/ids";
import type { OperatorScope, PortalScope } from "@/server/platform/scope";
import { isRaise, movesMoney, type Role } from "../permissions";
import { findConfirmerFault } from "../repository/invitations";
import * as people from "../repository/people";
import * as grants from "../repository/role-grants";
import { mayLoseAdmin, roleFits } from "../rules";
import { roleUnknown } from "../service";
import type { PendingGrant, TeamMember } from "../types";
import { personOf } from "./invitations";
import { confirmerFault } from "./links";

export async function listTeam(scope: PortalScope): Promise<TeamMember[]> {
  return await withScope(scope, (tx) => people.listTeam(tx, scope.organisationId));
}

/** The team of any organisation of the platform, for operators who look after it. */
export async function listMembers(
  scope: OperatorScope,
  organisationId: Id<"organisation">,
): Promise<TeamMember[]> {
  return await withScope(scope, (tx) => people.listTeam(tx, organisationId));
}

/**
 * Gives a member another role: at once when it takes rights away, as a proposal for a second admin when it adds some
 * that move money. Throws `conflict` (`last_admin`), `invalid_input` (`role_unknown`), `not_found`.
 */
export async function changeRole(
  scope: PortalScope,
  membershipId: Id<"membership">,
  role: Role,
): Promise<{ waitsForSecond: boolean }> {
  if (!roleFits(scope.kind, role)) throw roleUnknown(scope.kind, role);
  return await withScope(scope, async (tx) => {
    const member = await lockMember(tx, scope, membershipId, role);
    if (member.role === role) return { waitsForSecond: false };
    if (movesMoney(role) && isRaise(member.role, role)) {
      const id = newId("roleGrant");
      const { organisationId } = scope;
      const proposal = {
        id,
        membershipId,
        organisationId,
        role,
        proposedBy: personOf(scope),
        proposedAt: now(),
      };
      await grants.insertGrant(tx, proposal);
      await audit(tx, scope, {
        action: "membership.role_proposed",
        subjectKind: "membership",
        subjectId: membershipId,
        before: { userId: member.userId, role: member.role },
        after: { userId: member.userId, role },
      });
      return { waitsForSecond: true };
    }
    await people.setRole(tx, membershipId, role);
    await audit(tx, scope, {
      action: "membership.role_changed",
      subjectKind: "membership",
      subjectId: membershipId,
      before: { userId: member.userId, role: member.role },
      after: { userId: member.userId, role },
    });
    return { waitsForSecond: false };
  });
}

/** The second person's yes to more rights. Throws `forbidden` with why it needs another. */
export async function confirmRole(
  scope: PortalScope,
  id: Id<"roleGrant">,
  within: Id<"organisation"> | null = scope.organisationId,
): Promise<void> {
  const second = personOf(scope);
  await withScope(scope, async (tx) => {
    const grant = await findGrant(tx, id, within);
    const { organisationId, membershipId, role, proposedBy: first, proposedAt: since } = grant;
    const fault =
      second === grant.memberId
        ? "same_person"
        : await findConfirmerFault(tx, { organisationId, first, second, since });
    if (fault) throw confirmerFault(fault);
    await grants.markConfirmed(tx, id, second, now());
    await people.setRole(tx, membershipId, role);
    await audit(tx, scope, {
      action: "membership.role_changed",
      subjectKind: "membership",
      subjectId: membershipId,
      organisationId,
      before: { userId: grant.memberId, role: grant.memberRole },
      after: { userId: grant.memberId, role, proposedBy: first, confirmedBy: second },
    });
  });
}

/** Takes a proposal back, or refuses it: either admin may. */
export async function withdrawRole(
  scope: PortalScope,
  id: Id<"roleGrant">,
  within: Id<"organisation"> | null = scope.organisationId,
): Promise<void> {
  await withScope(scope, async (tx) => {
    const grant = await findGrant(tx, id, within);
    await grants.markWithdrawn(tx, id, now());
    await audit(tx, scope, {
      action: "membership.role_withdrawn",
      subjectKind: "membership",
      subjectId: grant.membershipId,
      organisationId: grant.organisationId,
      before: { userId: grant.memberId, role: grant.role },
    });
  });
}

async function findGrant(
  tx: SqlTx,
  id: Id<"roleGrant">,
  within: Id<"organisation"> | null,
): Promise<grants.LockedGrant> {
  const grant = await grants.lockOpenGrant(tx, id);
  if (!grant || (within && grant.organisationId !== within)) throw notFound("proposal");
  return grant;
}

/** Proposals of the scope's organisation. */
export async function listGrants(scope: PortalScope): Promise<PendingGrant[]> {
  return await withScope(scope, (tx) => grants.listPendingGrants(tx, scope.organisationId, personOf(scope)));
}

/** Proposals of one organisation of the platform, or of all. */
export async function listGrantsOf(
  scope: OperatorScope,
  organisationId: Id<"organisation"> | null,
): Promise<PendingGrant[]> {
  return await withScope(scope, (tx) => grants.listPendingGrants(tx, organisationId, personOf(scope)));
}

/** Takes a member out of the organisation; from the next request on they are a stranger to it. */
export async function revokeMembership(scope: PortalScope, membershipId: Id<"membership">): Promise<void> {
  await withScope(scope, async (tx) => {
    const member = await lockMember(tx, scope, membershipId, null);
    await people.revokeMembership(tx, membershipId, now());
    await audit(tx, scope, {
      action: "membership.revoked",
      subjectKind: "membership",
      subjectId: membershipId,
      before: { userId: member.userId, role: member.role },
    });
  });
}

/** The member, with the whole team locked; refuses what would leave the organisation without an admin. */
async function lockMember(
  tx: SqlTx,
  scope: PortalScope,
  membershipId: Id<"membership">,
  nextRole: Role | null,
): Promise<people.LockedMember> {
  const team = await people.lockTeam(tx, scope.organisationId);
  const member = team.find((candidate) => candidate.id === membershipId);
  if (!member) throw notFound("member");
  const admins = team.filter((candidate) => candidate.role === "admin" && !candidate.disabled);
  const isAdmin = admins.some((candidate) => candidate.id === membershipId);
  if (nextRole !== "admin" && !mayLoseAdmin(scope.kind, admins.length, isAdmin)) {
    throw new AppError(
      "conflict",
      "last_admin",
      scope.kind === "operator"
        ? "The operator keeps two admins, because much takes two people. Make somebody else an admin first."
        : "This is the last admin. Make somebody else an admin first, so that the organisation stays reachable.",
    );
  }
  return member;
}
