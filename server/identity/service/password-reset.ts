/**
 * The way back for a lost password: by the mailbox where mail is configured; without, an admin asks and tells a code, and
 * a second person hands over a link; for people of the operator also from the terminal.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { audit } from "@/server/audit/service";
import { hashedKey } from "@/server/platform/attempt-delay";
import { now } from "@/server/platform/clock";
import { type SqlTx, withScope } from "@/server/platform/db";
import { env } from "@/server/platform/env";
import { AppError, notFound } from "@/server/platform/errors";
import { type Id, newId } from "@/server/platform/ids";
import { mailIsConfigured, queueMail } from "@/server/platform/mail";
import { takeHit } from "@/server/platform/rate-limit";
import { mintSystemScope, type OperatorScope, type PortalScope, type Scope } from "@/server/platform/scope";
import {
  RESET_HANDED_HOURS,
  RESET_LIMIT_PER_ADDRESS,
  RESET_LIMIT_PER_EMAIL,
  RESET_MAIL_HOURS,
} from "../constants";
import type { Arrival } from "../repository/invitations";
import * as resets from "../repository/password-resets";
import * as people from "../repository/people";
import type { PendingReset } from "../types";
import { personOf } from "./invitations";
import { checkCode, confirmerFault, hashCode, hashToken, linkUsedUp, newCode, newToken } from "./links";
import { hashPassword } from "./passwords";
import { actingAs, networkOf } from "./sign-in";

const HOUR_MS = 3_600_000;
export const RESET_MAIL = "identity.password_reset";
/** An answer takes at least this long, so that its time does not tell whether an address has an account. */
const ANSWER_MS = 400;
const self = () => mintSystemScope("password reset");

/** Mails a link to an address that has an account. Nothing of the answer, nor its time, tells whether it has one. */
export async function requestResetByMail(email: string, ip: string | null): Promise<void> {
  const answered = sleep(ANSWER_MS);
  if (mailIsConfigured() && (await isWithinLimits(email, ip))) await queueReset(email);
  await answered;
}

async function isWithinLimits(email: string, ip: string | null): Promise<boolean> {
  const limits = [
    ...(ip ? [{ key: hashedKey("reset address", networkOf(ip)), limit: RESET_LIMIT_PER_ADDRESS }] : []),
    { key: hashedKey("reset e-mail", email), limit: RESET_LIMIT_PER_EMAIL },
  ];
  for (const limit of limits) {
    const hit = await withScope(self(), (tx) => takeHit(tx, { ...limit, windowSeconds: 3_600 }, now()));
    if (!hit.ok) return false;
  }
  return true;
}

async function queueReset(email: string): Promise<void> {
  const scope = self();
  await withScope(scope, async (tx) => {
    const row = await people.findSignInRow(tx, email);
    if (!row || row.disabled) return;
    const id = newId("passwordReset");
    const at = now();
    await resets.insertReset(tx, {
      id,
      userId: row.userId,
      delivery: "mail",
      organisationId: null,
      requestedBy: null,
      requestedAt: at,
      expiresAt: new Date(at.getTime() + RESET_MAIL_HOURS * HOUR_MS),
      tokenHash: null,
      codeHash: null,
    });
    await queueMail(tx, { template: RESET_MAIL, recipient: email, organisationId: null, subjectId: id });
    await audit(tx, scope, {
      action: "password_reset.mail_requested",
      subjectKind: "user",
      subjectId: row.userId,
    });
  });
}

export interface AskedReset {
  id: Id<"passwordReset">;
  /** For the asker to tell. Kept nowhere. */
  code: string;
  expiresAt: Date;
}

/**
 * Without a mail server: an admin asks that a member of the scope's organisation comes back; a second person has to
 * release it. Throws `conflict` (`reset_by_mail`), `forbidden` (`not_entitled`, `nobody_left`, `same_person`).
 */
export async function askReset(
  scope: PortalScope,
  membershipId: Id<"membership">,
  within: Id<"organisation"> | null = scope.organisationId,
): Promise<AskedReset> {
  if (mailIsConfigured()) {
    throw new AppError(
      "conflict",
      "reset_by_mail",
      "This platform sends mail: the person chooses a new password from the sign-in page.",
    );
  }
  const asker = personOf(scope);
  return await withScope(scope, async (tx) => {
    const userId = await people.findMemberUser(tx, membershipId, within);
    if (!userId) throw notFound("member");
    const fault = await resets.findAskerFault(tx, userId, asker);
    if (fault) throw resetFault(fault);
    const at = now();
    const id = newId("passwordReset");
    const code = newCode();
    const organisationId = await resets.findResetOrganisation(tx, userId);
    const expiresAt = new Date(at.getTime() + RESET_HANDED_HOURS * HOUR_MS);
    await resets.revokeResetsOf(tx, userId, "asked for by people", at);
    await resets.insertReset(tx, {
      id,
      userId,
      delivery: "link_and_code",
      organisationId,
      requestedBy: asker,
      requestedAt: at,
      expiresAt,
      tokenHash: null,
      codeHash: hashCode(id, code),
    });
    await tell(tx, scope, userId, { action: "password_reset.asked", after: { resetId: id } });
    return { id, code, expiresAt };
  });
}

/** For operators, who look after members of any organisation. */
export async function askResetOf(scope: OperatorScope, membershipId: Id<"membership">): Promise<AskedReset> {
  return await askReset(scope, membershipId, null);
}

/** The second person's yes: shows the link, which opens nothing without the asker's code. */
export async function releaseReset(
  scope: PortalScope,
  id: Id<"passwordReset">,
  within: Id<"organisation"> | null = scope.organisationId,
): Promise<{ url: string; expiresAt: Date }> {
  const second = personOf(scope);
  return await withScope(scope, async (tx) => {
    const found = await resets.lockOpenReset(tx, id, now());
    if (!found?.requestedBy || (within && found.organisationId !== within)) throw notFound("reset");
    if (found.releasedBy && found.releasedBy !== second) {
      throw new AppError("conflict", "already_released", "Somebody has confirmed this already.");
    }
    const { userId, requestedBy: first, requestedAt: since, expiresAt } = found;
    const fault = await resets.findReleaserFault(tx, { userId, first, second, since });
    if (fault) throw resetFault(fault);
    if (!found.releasedBy) await resets.markResetReleased(tx, id, second, now());
    const { token, tokenHash } = newToken();
    await resets.setResetToken(tx, id, tokenHash);
    await tell(tx, scope, userId, {
      action: "password_reset.released",
      after: { resetId: id, askedBy: first },
    });
    return { url: urlOf(token), expiresAt };
  });
}

export async function withdrawReset(
  scope: PortalScope,
  id: Id<"passwordReset">,
  within: Id<"organisation"> | null = scope.organisationId,
): Promise<void> {
  await withScope(scope, async (tx) => {
    const revoked = await resets.revokeReset(tx, within, id, now());
    if (!revoked) throw notFound("reset");
    await tell(tx, scope, revoked.userId, { action: "password_reset.withdrawn", after: { resetId: id } });
  });
}

/** What waits in the scope's organisation. */
export async function listResets(scope: PortalScope): Promise<PendingReset[]> {
  return await withScope(scope, (tx) =>
    resets.listPendingResets(tx, scope.organisationId, personOf(scope), now()),
  );
}

/** Of one organisation of the platform, or of all. */
export async function listResetsOf(
  scope: OperatorScope,
  organisationId: Id<"organisation"> | null,
): Promise<PendingReset[]> {
  return await withScope(scope, (tx) => resets.listPendingResets(tx, organisationId, personOf(scope), now()));
}

/**
 * A link from the terminal, for a person of the operator whom nobody else could let back. Whoever has the terminal could
 * change the database as well. Throws `forbidden` (`not_entitled`) for people of parties.
 */
export async function resetFromTerminal(email: string): Promise<{ url: string; expiresAt: Date }> {
  const scope = self();
  return await withScope(scope, async (tx) => {
    const row = await people.findSignInRow(tx, email);
    if (!row || row.disabled) throw notFound("person");
    if (!(await resets.isOfOperator(tx, row.userId))) throw resetFault("not_entitled");
    const at = now();
    const { token, tokenHash } = newToken();
    const expiresAt = new Date(at.getTime() + RESET_MAIL_HOURS * HOUR_MS);
    const id = newId("passwordReset");
    await resets.insertReset(tx, {
      id,
      userId: row.userId,
      delivery: "terminal",
      organisationId: await resets.findResetOrganisation(tx, row.userId),
      requestedBy: null,
      requestedAt: at,
      expiresAt,
      tokenHash,
      codeHash: null,
    });
    await tell(tx, scope, row.userId, { action: "password_reset.terminal_link", after: { resetId: id } });
    return { url: urlOf(token), expiresAt };
  });
}

export interface ResetView {
  email: string;
  name: string;
  askedBy: string | null;
  needsCode: boolean;
}

/** What the holder of a link may see; null when it does not work any more. */
export async function findReset(token: string): Promise<ResetView | null> {
  return await withScope(self(), async (tx) => {
    const found = await resets.findOpenReset(tx, hashToken(token), now());
    if (!found) return null;
    const names = await people.findNames(tx, found.requestedBy ? [found.requestedBy] : []);
    return {
      email: found.email,
      name: found.name,
      askedBy: (found.requestedBy && names.get(found.requestedBy)) ?? null,
      needsCode: found.codeHash !== null,
    };
  });
}

/**
 * Sets the new password, ends every session of the person and takes back whatever else was open. From now on the account
 * counts as new, and whoever asked as having brought its person in. Throws `not_found` (`link_used_up`) and what
 * `checkCode` throws.
 */
export async function completeReset(
  token: string,
  input: { password: string; code?: string | undefined },
  from: Arrival,
): Promise<{ email: string }> {
  const scope = self();
  const open = await withScope(scope, (tx) => resets.findOpenReset(tx, hashToken(token), now()));
  if (!open) throw linkUsedUp();
  const openedWith = await checkCode(scope, open, input.code);
  const passwordHash = await hashPassword(input.password);
  return await withScope(scope, async (tx) => {
    const at = now();
    const found = await resets.lockOpenReset(tx, open.id, at);
    if (!found || !(await resets.markResetUsed(tx, found.id, { at, openedWith, from }))) throw linkUsedUp();
    await people.setPasswordHash(tx, found.userId, passwordHash, at);
    await people.revokeSessions(tx, found.userId, { except: null }, at);
    await resets.revokeResetsOf(tx, found.userId, "all", at);
    const { delivery, requestedBy: askedBy, releasedBy } = found;
    await tell(tx, actingAs(found.userId), found.userId, {
      action: "password_reset.used",
      after: { resetId: found.id, by: delivery, askedBy, releasedBy, ip: from.ip },
    });
    return { email: found.email };
  });
}

/** An entry in the audit log of every organisation that the person belongs to. */
async function tell(
  tx: SqlTx,
  scope: Scope,
  userId: Id<"user">,
  deed: { action: string; after: Record<string, unknown> },
): Promise<void> {
  const told = await resets.listOrganisationsOf(tx, userId);
  for (const organisationId of told.length > 0 ? told : [null])
    await audit(tx, scope, {
      ...deed,
      subjectKind: "user",
      subjectId: userId,
      ...(organisationId && { organisationId }),
    });
}

function urlOf(token: string): string {
  return `${env.PURSE_WEB_URL}/new-password/${token}`;
}

const FAULTS: Record<string, string> = {
  same_person: "Somebody else must do this. Your own password you change in your account.",
  not_entitled:
    "This is for another admin of their organisation. The operator helps the only admin of a party and people of several.",
  nobody_left:
    "You would count as having brought them in, and no other operator could then confirm what they do. Let another operator ask, and confirm it yourself.",
};

function resetFault(fault: string): AppError {
  return confirmerFault(fault, FAULTS);
}
