import type { Metadata } from "next";
import { LinkUsedUp } from "@/components/auth/link-used-up";
import { NewPassword } from "@/components/auth/new-password";
import { readReset } from "@/server/trpc/entrance";

export const metadata: Metadata = { title: "New password", referrer: "no-referrer" };

interface Props {
  params: Promise<{ token: string }>;
}

export default async function NewPasswordPage({ params }: Props) {
  const { token } = await params;
  const reset = await readReset(token);
  if (!reset) return <LinkUsedUp of="password" />;
  const code = reset.needsCode ? { from: reset.askedBy ?? "an admin" } : null;
  return (
    <div className="grid gap-6">
      <div>
        <p className="truncate text-sm text-muted">{reset.email}</p>
        <h1 className="mt-0.5 text-2xl font-semibold tracking-[-0.015em]">Choose a new password</h1>
        <p className="mt-1.5 text-pretty text-sm text-muted">
          You are signed out everywhere else. What waits for a second person from before today, somebody else
          confirms.
        </p>
      </div>
      <NewPassword token={token} email={reset.email} code={code} />
    </div>
  );
}
