/** Who belongs to an organisation, seen and changed from inside it. */
import { audit } from "@/server/audit/service";
import { now } from "@/server/platform/clock";
import { type SqlTx, withScope } from "@/server/platform/db";
import { AppError, notFound } from "@/server/platform/errors";
import type { Id } from "@/server/platform/ids";
import type { OperatorScope, PortalScope } from "@/server/platform/scope";
import type { Role } from "../permissions";
import * as people from "../repository/people";
import { mayLoseAdmin, roleFits } from "../rules";
import { roleUnknown } from "../service";
import type { TeamMember } from "../types";

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

/** Gives a member another role. Throws `conflict` (`last_admin`), `invalid_input` (`role_unknown`), `not_found`. */
export async function changeRole(
  scope: PortalScope,
  membershipId: Id<"membership">,
  role: Role,
): Promise<void> {
  if (!roleFits(scope.kind, role)) throw roleUnknown(scope.kind, role);
  await withScope(scope, async (tx) => {
    const member = await lockMember(tx, scope, membershipId, role);
    if (member.role === role) return;
    await people.setRole(tx, membershipId, role);
    await audit(tx, scope, {
      action: "membership.role_changed",
      subjectKind: "membership",
      subjectId: membershipId,
      before: { userId: member.userId, role: member.role },
      after: { userId: member.userId, role },
    });
  });
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
  if (nextRole !== "admin" && !mayLoseAdmin(admins.length, isAdmin)) {
    throw new AppError(
      "conflict",
      "last_admin",
      "This is the last admin. Make somebody else an admin first, so that the organisation stays reachable.",
    );
  }
  return member;
}
