import type { Metadata } from "next";
import { ForgottenPassword } from "@/components/auth/forgotten-password";
import { ButtonLink } from "@/components/ui/button";
import { mailIsSent } from "@/server/trpc/entrance";

export const metadata: Metadata = { title: "Forgotten password" };

export default function ForgottenPasswordPage() {
  return (
    <div className="grid gap-6">
      <h1 className="text-2xl font-semibold tracking-[-0.015em]">Forgot your password?</h1>
      {mailIsSent() ? <ForgottenPassword /> : <WithoutMail />}
    </div>
  );
}

/** Nothing here depends on who asks: the page does not ask for an address. */
function WithoutMail() {
  return (
    <div className="grid justify-items-start gap-5">
      <div className="grid gap-3 text-pretty text-sm text-muted">
        <p>This platform sends no mail, so two people who know you let you back in.</p>
        <ol className="grid list-decimal gap-1.5 pl-4 text-ink">
          <li>
            Ask an admin of your organisation. On the Team page they find “New password” beside your name.
          </li>
          <li>They tell you a code; a second person gives you a link.</li>
          <li>Open the link, type the code, and choose a new password.</li>
        </ol>
        <p>
          Are you your organisation’s only admin? Then ask whoever runs this platform. If you run it yourself,
          your colleague does it, or{" "}
          <code className="font-mono text-xs">npm run -s purse -- reset-password</code> on the server.
        </p>
      </div>
      <ButtonLink href="/sign-in" size="lg">
        Back to sign in
      </ButtonLink>
    </div>
  );
}
