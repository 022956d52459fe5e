import { type MailTemplate, mailJob } from "@/server/platform/mail";
import { writeInvitationMail } from "./service/invitation-mail";
import { INVITATION_MAIL } from "./service/invitations";
import { RESET_MAIL } from "./service/password-reset";
import { writeResetMail } from "./service/reset-mail";

/** Every text that the platform mails. */
const TEMPLATES: Readonly<Record<string, MailTemplate>> = {
  [INVITATION_MAIL]: writeInvitationMail,
  [RESET_MAIL]: writeResetMail,
};

export const jobs = [mailJob(TEMPLATES)];
