import type { Metadata } from "next";
import { FounderForm } from "@/components/auth/founder-form";
import { LinkUsedUp } from "@/components/auth/link-used-up";
import { SignOutFirst } from "@/components/auth/sign-out-first";
import { readFoundingLink } from "@/server/trpc/entrance";
import { getSession } from "@/server/trpc/session";

export const metadata: Metadata = { title: "Founding operator", referrer: "no-referrer" };

interface Props {
  params: Promise<{ token: string }>;
}

export default async function FounderPage({ params }: Props) {
  const { token } = await params;
  const [link, session] = [await readFoundingLink(token), await getSession()];
  if (!link) return <LinkUsedUp of="founder" />;
  const first = link.organisationName === null;
  return (
    <div className="grid gap-6">
      <div>
        <p className="text-sm text-muted">
          {first ? "This platform is empty" : `${link.organisationName} needs its second operator`}
        </p>
        <h1 className="mt-0.5 text-2xl font-semibold tracking-[-0.015em]">
          {first ? "Become its first operator" : `Join ${link.organisationName}`}
        </h1>
        <p className="mt-1.5 text-pretty text-sm text-muted">
          {first
            ? "You get the admin role. The other founding link is for another person: whatever moves money to a new place takes two people, and two accounts of one are no second."
            : "You get the admin role, as the second of two founders. You confirm what the first one starts, and they confirm what you start."}
        </p>
      </div>
      {session ? (
        <SignOutFirst signedInAs={session.user.email} />
      ) : (
        <FounderForm token={token} first={first} />
      )}
    </div>
  );
}
