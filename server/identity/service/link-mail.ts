/** The form that every mail with a one-time link has, plain and as HTML. */
import type { MailText } from "@/server/platform/mail";

interface LinkMail {
  subject: string;
  heading: string;
  says: string;
  button: string;
  url: string;
  /** Until when it works, and what to do who did not expect it. */
  small: readonly [string, string];
}

export function writeLinkMail({ subject, heading, says, button, url, small }: LinkMail): MailText {
  return {
    subject,
    text: [says, "", `${button}:`, url, "", ...small, ""].join("\n"),
    html: `<!doctype html>
<html lang="en"><body style="margin:0;padding:32px 16px;background:#f6f7f8;color:#1b2430;font:16px/1.5 system-ui,sans-serif">
<div style="max-width:480px;margin:0 auto;padding:28px;background:#ffffff;border:1px solid #e1e5ea;border-radius:10px">
<p style="margin:0 0 20px;font-weight:600">Common Purse</p>
<h1 style="margin:0 0 12px;font-size:22px;line-height:1.3">${escapeHtml(heading)}</h1>
<p style="margin:0 0 24px">${escapeHtml(says)}</p>
<p style="margin:0 0 24px"><a href="${escapeHtml(url)}" style="display:inline-block;padding:11px 18px;border-radius:8px;background:#0b6b5d;color:#ffffff;text-decoration:none;font-weight:600">${escapeHtml(button)}</a></p>
<p style="margin:0 0 8px;font-size:14px;color:#5b6675">${escapeHtml(small[0])}</p>
<p style="margin:0;font-size:14px;color:#5b6675">${escapeHtml(small[1])}</p>
</div></body></html>
`,
  };
}

export function utc(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
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
