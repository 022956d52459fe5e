/** How a platform without operators gets its first two: by links on the terminal of whoever runs it. */
import { audit } from "@/server/audit/service";
import { now } from "@/server/platform/clock";
import { type SqlTx, withScope } from "@/server/platform/db";
import { env } from "@/server/platform/env";
import { type Id, newId } from "@/server/platform/ids";
import { mintSystemScope } from "@/server/platform/scope";
import { FOUNDERS, FOUNDING_LINK_HOURS } from "../constants";
import * as invitations from "../repository/invitations";
import * as organisations from "../repository/organisations";
import { slugFrom } from "../rules";
import { insertUser } from "../service";
import { type AcceptedInvitation, join, whereTo, withRules } from "./accept-invitation";
import { foundingToken, hashToken, linkUsedUp } from "./links";
import { hashPassword } from "./passwords";

const HOUR_MS = 3_600_000;
const founding = () => mintSystemScope("founding");

export interface FoundingLink {
  seat: number;
  url: string;
  expiresAt: Date;
}

/**
 * One-time links, one for each founder that is missing: nobody has two of what takes two people. The same links are
 * given until they are used or too old; none once the platform has two operator admins.
 */
export async function listFoundingLinks(): Promise<FoundingLink[]> {
  const scope = founding();
  return await withScope(scope, async (tx) => {
    await invitations.lockFounding(tx);
    const missing = FOUNDERS - (await invitations.countOperatorAdmins(tx));
    const at = now();
    const kept = new Map<number, FoundingLink>();
    for (const open of await invitations.listOpenFoundingLinks(tx)) {
      const token = foundingToken(open.id);
      const usable = open.expiresAt > at && open.tokenHash.equals(hashToken(token));
      if (usable && kept.size < missing) kept.set(open.seat, linkOf(open.seat, token, open.expiresAt));
      else await invitations.revokeInvitation(tx, null, open.id, at);
    }
    for (let seat = 1; seat <= FOUNDERS && kept.size < missing; seat++)
      if (!kept.has(seat)) kept.set(seat, await insertFoundingLink(tx, seat, at));
    return [...kept.values()].sort((a, b) => a.seat - b.seat);
  });
}

function linkOf(seat: number, token: string, expiresAt: Date): FoundingLink {
  return { seat, url: `${env.PURSE_WEB_URL}/first-operator/${token}`, expiresAt };
}

async function insertFoundingLink(tx: SqlTx, seat: number, at: Date): Promise<FoundingLink> {
  const organisationId = (await invitations.findAnyOperator(tx)) ?? (await insertFirstOperator(tx, at));
  const id = newId("invitation");
  const token = foundingToken(id);
  const expiresAt = new Date(at.getTime() + FOUNDING_LINK_HOURS * HOUR_MS);
  await invitations.insertInvitation(tx, {
    id,
    organisationId,
    email: null,
    role: "admin",
    delivery: "founding",
    founderSeat: seat,
    tokenHash: hashToken(token),
    createdBy: null,
    inviterOrganisationId: null,
    createdAt: at,
    expiresAt,
  });
  await audit(tx, founding(), {
    action: "founding.link_created",
    subjectKind: "invitation",
    subjectId: id,
    organisationId,
    after: { seat },
  });
  return linkOf(seat, token, expiresAt);
}

async function insertFirstOperator(tx: SqlTx, at: Date): Promise<Id<"organisation">> {
  const row = { id: newId("organisation"), kind: "operator" as const, name: "Operator", createdAt: at };
  if (await organisations.insertOrganisation(tx, { ...row, slug: "operator" })) return row.id;
  await organisations.insertOrganisation(tx, { ...row, slug: `operator-${row.id.slice(-12)}` });
  return row.id;
}

export interface FoundingView {
  /** Null until the first founder has named it. */
  organisationName: string | null;
}

/** What the holder of a founding link is asked; null when the link does not work any more. */
export async function findFoundingLink(token: string): Promise<FoundingView | null> {
  return await withScope(founding(), async (tx) => {
    const found = await invitations.findOpenInvitation(tx, hashToken(token), now());
    const admins = await invitations.countOperatorAdmins(tx);
    if (found?.delivery !== "founding" || admins >= FOUNDERS) return null;
    return { organisationName: admins > 0 ? found.organisationName : null };
  });
}

export interface Founder {
  /** Left out by the second founder. */
  organisationName?: string | undefined;
  name: string;
  email: string;
  password: string;
}

/** Uses the link up: the person becomes an operator admin; the first one names the organisation. */
export async function acceptFoundingLink(
  token: string,
  input: Founder,
  from: invitations.Arrival,
): Promise<AcceptedInvitation> {
  const passwordHash = await hashPassword(input.password);
  const scope = founding();
  return await withRules(scope, async (tx) => {
    await invitations.lockFounding(tx);
    const found = await invitations.findOpenInvitation(tx, hashToken(token), now());
    const admins = await invitations.countOperatorAdmins(tx);
    if (found?.delivery !== "founding" || admins >= FOUNDERS) throw linkUsedUp();
    const user = await insertUser(tx, scope, { email: input.email, name: input.name, passwordHash });
    const slug =
      admins === 0 ? await nameOperator(tx, found, input.organisationName) : found.organisationSlug;
    await join(tx, found, user.id, from);
    return whereTo({ ...found, organisationSlug: slug }, user.id);
  });
}

async function nameOperator(
  tx: SqlTx,
  found: invitations.OpenInvitation,
  name: string | undefined,
): Promise<string> {
  if (!name) return found.organisationSlug;
  const wanted = slugFrom(name);
  const free = wanted.length >= 2 && !(await organisations.findOrganisationBySlug(tx, wanted));
  const slug = free ? wanted : found.organisationSlug;
  await organisations.renameOrganisation(tx, found.organisationId, name, slug);
  return slug;
}
