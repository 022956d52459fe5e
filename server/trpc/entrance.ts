/** For the pages before and around the portals: who may enter by which link, and where everybody goes. */
import { headers } from "next/headers";
import { z } from "zod";
import { refuseUnfitTexts } from "@/server/identity/procedures";
import { addressOf } from "@/server/identity/request-address";
import { portalPath, safeReturnPath } from "@/server/identity/rules";
import {
  acceptInvitationSchema,
  codeSchema,
  firstFounderSchema,
  forgottenPasswordSchema,
  newPasswordSchema,
  secondFounderSchema,
} from "@/server/identity/schema";
import {
  acceptInvitationAsMember,
  acceptInvitationAsNewUser,
  findInvitation,
  type InvitationView,
} from "@/server/identity/service/accept-invitation";
import { acceptFoundingLink, type FoundingView, findFoundingLink } from "@/server/identity/service/founding";
import {
  completeReset,
  findReset,
  type ResetView,
  requestResetByMail,
} from "@/server/identity/service/password-reset";
import { whileAsked } from "@/server/platform/asking";
import { withoutCardNumber } from "@/server/platform/card-guard";
import { AppError } from "@/server/platform/errors";
import { loggerFor } from "@/server/platform/logger";
import { mailIsConfigured } from "@/server/platform/mail";
import { askingOf } from "./context";
import { getMemberships, getSession } from "./session";

const log = loggerFor("entrance");

/** Where a signed-in person belongs: their portal, or the choice when there are several or none. */
export async function homePath(): Promise<string> {
  const open = (await getMemberships()).filter((access) => !access.organisation.suspended);
  const [only] = open;
  return open.length === 1 && only
    ? portalPath(only.organisation.kind, only.organisation.slug)
    : "/organisations";
}

/** Where somebody goes who just signed in: where they came from if that is a place of ours, else the start. */
export function placeAfterSignIn(raw: string | string[] | undefined): string | null {
  return safeReturnPath(typeof raw === "string" ? raw : null);
}

/** What the signed-in person can choose from. */
export async function listPlaces() {
  return (await getMemberships()).map(({ role, organisation }) => ({
    role,
    path: portalPath(organisation.kind, organisation.slug),
    kind: organisation.kind,
    name: organisation.name,
    suspended: organisation.suspended,
  }));
}

export async function readInvitation(token: string): Promise<InvitationView | null> {
  return looksLikeToken(token) ? await findInvitation(token) : null;
}

export async function readFoundingLink(token: string): Promise<FoundingView | null> {
  return looksLikeToken(token) ? await findFoundingLink(token) : null;
}

/** Where somebody comes from who accepts. */
async function arrival() {
  const asked = new Headers(await headers());
  return { ip: addressOf(asked), userAgent: withoutCardNumber(asked.get("user-agent")) };
}

export type EntranceAnswer =
  | { ok: true; path: string; email: string }
  | { ok: false; code: string; message: string; fields?: Record<string, string>; requestId?: string };

export async function acceptAsNewUser(token: string, raw: unknown): Promise<EntranceAnswer> {
  return await answer(async () => {
    refuseUnfitTexts(raw);
    const input = acceptInvitationSchema.safeParse(raw);
    if (!input.success) return invalid(input.error.issues);
    // Asked before the password is hashed, so that a stranger cannot make the server work.
    if (!(await readInvitation(token))) return usedUp();
    const accepted = await acceptInvitationAsNewUser(token, input.data, await arrival());
    return {
      ok: true,
      path: portalPath(accepted.organisationKind, accepted.organisationSlug),
      email: accepted.email,
    };
  });
}

export async function acceptAsMember(token: string, raw: unknown): Promise<EntranceAnswer> {
  return await answer(async () => {
    refuseUnfitTexts(raw);
    const input = z.object({ code: codeSchema.optional() }).safeParse(raw);
    if (!input.success) return invalid(input.error.issues);
    const session = await getSession();
    if (!session) return { ok: false, code: "not_signed_in", message: "Sign in to accept." };
    const accepted = await acceptInvitationAsMember(token, session.user, await arrival(), input.data.code);
    const path = portalPath(accepted.organisationKind, accepted.organisationSlug);
    return { ok: true, path, email: session.user.email };
  });
}

export async function acceptAsFounder(token: string, raw: unknown): Promise<EntranceAnswer> {
  return await answer(async () => {
    const link = await readFoundingLink(token);
    if (!link) return usedUp();
    // Each founder is somebody else; whoever is signed in here is one already.
    const session = await getSession();
    if (session) {
      const message = `You are signed in as ${session.user.email}. This link is for another person, in their own browser.`;
      return { ok: false, code: "signed_in_already", message };
    }
    refuseUnfitTexts(raw);
    const schema = link.organisationName === null ? firstFounderSchema : secondFounderSchema;
    const input = schema.safeParse(raw);
    if (!input.success) return invalid(input.error.issues);
    const accepted = await acceptFoundingLink(token, input.data, await arrival());
    return {
      ok: true,
      path: portalPath(accepted.organisationKind, accepted.organisationSlug),
      email: input.data.email,
    };
  });
}

export function mailIsSent(): boolean {
  return mailIsConfigured();
}

export async function readReset(token: string): Promise<ResetView | null> {
  return looksLikeToken(token) ? await findReset(token) : null;
}

/** Says the same whether the address has an account or not. */
export async function askForNewPassword(raw: unknown): Promise<EntranceAnswer> {
  return await answer(async () => {
    refuseUnfitTexts(raw);
    const input = forgottenPasswordSchema.safeParse(raw);
    if (!input.success) return invalid(input.error.issues);
    const { ip } = await arrival();
    await requestResetByMail(input.data.email, ip);
    return { ok: true, path: "/sign-in", email: input.data.email };
  });
}

export async function chooseNewPassword(token: string, raw: unknown): Promise<EntranceAnswer> {
  return await answer(async () => {
    refuseUnfitTexts(raw);
    const input = newPasswordSchema.safeParse(raw);
    if (!input.success) return invalid(input.error.issues);
    if (!(await readReset(token))) return usedUp();
    const { email } = await completeReset(token, input.data, await arrival());
    return { ok: true, path: "/", email };
  });
}

async function answer(work: () => Promise<EntranceAnswer>): Promise<EntranceAnswer> {
  const asking = askingOf(new Headers(await headers()));
  try {
    return await whileAsked(asking, work);
  } catch (error) {
    if (error instanceof AppError) {
      const fields = error.reason === "code_wrong" ? { fields: { code: error.message } } : {};
      return { ok: false, code: error.reason, message: error.message, ...fields };
    }
    const { requestId, address: ip } = asking;
    log.error({ err: error, requestId, ip }, "a link could not be accepted");
    return {
      ok: false,
      code: "internal",
      message: "Something went wrong on our side. Nothing was changed; try again.",
      requestId,
    };
  }
}

function invalid(issues: readonly { path: PropertyKey[]; message: string }[]): EntranceAnswer {
  const fields: Record<string, string> = {};
  for (const issue of issues) fields[String(issue.path[0] ?? "")] ??= issue.message;
  return { ok: false, code: "input_invalid", message: "Some entries need another look.", fields };
}

function usedUp(): EntranceAnswer {
  return {
    ok: false,
    code: "link_used_up",
    message: "This link was used already, was withdrawn, or is too old. Ask for a new one.",
  };
}

/** Tokens are 32 bytes in base64url; anything else is not looked up. */
function looksLikeToken(token: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(token);
}
