import { type MailTemplate, mailJob } from "@/server/platform/mail";
import { writeInvitationMail } from "./service/invitation-mail";
import { INVITATION_MAIL } from "./service/invitations";

/** Every text that the platform mails. */
const TEMPLATES: Readonly<Record<string, MailTemplate>> = { [INVITATION_MAIL]: writeInvitationMail };

export const jobs = [mailJob(TEMPLATES)];
