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
import { utc, writeLinkMail } from "./link-mail";
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
    const inviter = (found.createdBy && names.get(found.createdBy)) ?? "Somebody";
    const { organisationName } = found;
    return writeLinkMail({
      subject: `Join ${organisationName} on Common Purse`,
      heading: `Join ${organisationName}`,
      says: `${inviter} invites you to join ${organisationName} on Common Purse as ${ROLE_LABELS[found.role].toLowerCase()}.`,
      button: "Accept the invitation",
      url: `${env.PURSE_WEB_URL}/invitation/${token}`,
      small: [
        `The link works once, for this address alone, until ${utc(found.expiresAt)}. A newer message replaces an older one.`,
        "If you did not expect this, leave it: nothing happens without your click.",
      ],
    });
  });
}
