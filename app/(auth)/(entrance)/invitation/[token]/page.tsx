import type { Metadata } from "next";
import { AcceptSignedIn } from "@/components/auth/accept-signed-in";
import { AcceptWithPassword } from "@/components/auth/accept-with-password";
import { LinkUsedUp } from "@/components/auth/link-used-up";
import { ButtonLink } from "@/components/ui/button";
import { ROLE_DESCRIPTIONS, ROLE_LABELS } from "@/server/identity/constants";
import { readInvitation } from "@/server/trpc/entrance";
import { getSession } from "@/server/trpc/session";

export const metadata: Metadata = { title: "Invitation", referrer: "no-referrer" };

interface Props {
  params: Promise<{ token: string }>;
}

export default async function InvitationPage({ params }: Props) {
  const { token } = await params;
  const [invitation, session] = [await readInvitation(token), await getSession()];
  if (!invitation?.email) return <LinkUsedUp />;
  const { organisationName, organisationKind, email, role, invitedBy, accountExists, needsCode } = invitation;
  const code = needsCode ? { from: invitedBy ?? "whoever invited you" } : null;
  const described: Partial<Record<string, string>> = ROLE_DESCRIPTIONS[organisationKind];
  return (
    <div className="grid gap-6">
      <div>
        <p className="text-sm text-muted">{invitedBy ? `${invitedBy} invites you` : "You are invited"}</p>
        <h1 className="mt-0.5 text-2xl font-semibold tracking-[-0.015em]">Join {organisationName}</h1>
      </div>
      <dl className="grid gap-2.5 rounded-lg border border-line bg-bg px-4 py-3 text-sm">
        <div className="flex justify-between gap-4">
          <dt className="text-muted">E-mail</dt>
          <dd className="min-w-0 truncate font-medium">{email}</dd>
        </div>
        <div className="flex justify-between gap-4">
          <dt className="text-muted">Role</dt>
          <dd className="text-right">
            <span className="font-medium">{ROLE_LABELS[role]}</span>
            <span className="block text-xs text-muted">{described[role]}</span>
          </dd>
        </div>
      </dl>
      {session ? (
        <AcceptSignedIn
          token={token}
          invited={email}
          signedInAs={session.user.email}
          organisation={organisationName}
          code={code}
        />
      ) : accountExists ? (
        <div className="grid gap-3">
          <p className="text-sm text-muted">
            There is an account with this address. Sign in with it to accept.
          </p>
          <ButtonLink
            variant="primary"
            size="lg"
            href={`/sign-in?next=${encodeURIComponent(`/invitation/${token}`)}&email=${encodeURIComponent(email)}`}
          >
            Sign in to accept
          </ButtonLink>
        </div>
      ) : (
        <AcceptWithPassword token={token} email={email} organisation={organisationName} code={code} />
      )}
    </div>
  );
}
