/** What the mail to somebody who lost their password says. The link is made here, at the moment of sending. */
import { now } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { env } from "@/server/platform/env";
import type { Id } from "@/server/platform/ids";
import type { MailText } from "@/server/platform/mail";
import { mintSystemScope } from "@/server/platform/scope";
import { lockOpenReset, setResetToken } from "../repository/password-resets";
import { utc, writeLinkMail } from "./link-mail";
import { newToken } from "./links";

/** Null when it was used, taken back or got too old while it waited. */
export async function writeResetMail(subjectId: string): Promise<MailText | null> {
  const id = subjectId as Id<"passwordReset">;
  return await withScope(mintSystemScope("password reset mail"), async (tx) => {
    const found = await lockOpenReset(tx, id, now());
    if (found?.delivery !== "mail") return null;
    const { token, tokenHash } = newToken();
    await setResetToken(tx, id, tokenHash);
    return writeLinkMail({
      subject: "A new password for Common Purse",
      heading: "Choose a new password",
      says: `Somebody, we hope you, asked for a new password for the account ${found.email}.`,
      button: "Choose a new password",
      url: `${env.PURSE_WEB_URL}/new-password/${token}`,
      small: [
        `The link works once, until ${utc(found.expiresAt)}. Whoever uses it is signed out everywhere else.`,
        "If it was not you, leave it: your password stays as it is.",
      ],
    });
  });
}
