/** What an invitation says in its mail. The link is made here, at the moment of sending, and lives nowhere else. */
import { now } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { env } from "@/server/platform/env";
import type { Id } from "@/server/platform/ids";
import type { MailText } from "@/server/platform/mail";
import { mintSystemScope } from "@/server/platform/scope";
import { ROLE_LABELS } from "../constants";
import { movesMoney } from "../permissions";
import * as invitations from "../repository/invitations";
import * as people from "../repository/people";
import { newToken } from "./links";

/** Null when it was withdrawn, accepted or got too old while it waited. */
export async function writeInvitationMail(subjectId: string): Promise<MailText | null> {
  const id = subjectId as Id<"invitation">;
  return await withScope(mintSystemScope("invitation mail"), async (tx) => {
    const found = await invitations.lockOpenInvitation(tx, id, now());
    if (found?.delivery !== "mail" || (movesMoney(found.role) && !found.releasedBy)) return null;
    const { token, tokenHash } = newToken();
    await invitations.setTokenHash(tx, id, tokenHash);
    const names = await people.findNames(tx, found.createdBy ? [found.createdBy] : []);
    return textOf({
      url: `${env.PURSE_WEB_URL}/invitation/${token}`,
      organisation: found.organisationName,
      inviter: (found.createdBy && names.get(found.createdBy)) ?? "Somebody",
      role: ROLE_LABELS[found.role],
      until: found.expiresAt,
    });
  });
}

function textOf(of: {
  url: string;
  organisation: string;
  inviter: string;
  role: string;
  until: Date;
}): MailText {
  const until = `${of.until.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  const invited = `${of.inviter} invites you to join ${of.organisation} on Common Purse as ${of.role.toLowerCase()}.`;
  const once = `The link works once, for this address alone, until ${until}. A newer message replaces an older one.`;
  const ignore = "If you did not expect this, leave it: nothing happens without your click.";
  return {
    subject: `Join ${of.organisation} on Common Purse`,
    text: [invited, "", "Accept the invitation:", of.url, "", once, ignore, ""].join("\n"),
    html: `<!doctype html>
<html lang="en"><body style="margin:0;padding:32px 16px;background:#f6f7f8;color:#1b2430;font:16px/1.5 system-ui,sans-serif">
<div style="max-width:480px;margin:0 auto;padding:28px;background:#ffffff;border:1px solid #e1e5ea;border-radius:10px">
<p style="margin:0 0 20px;font-weight:600">Common Purse</p>
<h1 style="margin:0 0 12px;font-size:22px;line-height:1.3">Join ${escapeHtml(of.organisation)}</h1>
<p style="margin:0 0 24px">${escapeHtml(invited)}</p>
<p style="margin:0 0 24px"><a href="${escapeHtml(of.url)}" style="display:inline-block;padding:11px 18px;border-radius:8px;background:#0b6b5d;color:#ffffff;text-decoration:none;font-weight:600">Accept the invitation</a></p>
<p style="margin:0 0 8px;font-size:14px;color:#5b6675">${escapeHtml(once)}</p>
<p style="margin:0;font-size:14px;color:#5b6675">${escapeHtml(ignore)}</p>
</div></body></html>
`,
  };
}

const ENTITIES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
