import type { Metadata } from "next";
import { FirstOperatorForm } from "@/components/auth/first-operator-form";
import { LinkUsedUp } from "@/components/auth/link-used-up";
import { readFirstOperatorLink } from "@/server/trpc/entrance";

export const metadata: Metadata = { title: "First operator", referrer: "no-referrer" };

interface Props {
  params: Promise<{ token: string }>;
}

export default async function FirstOperatorPage({ params }: Props) {
  const { token } = await params;
  if (!(await readFirstOperatorLink(token))) return <LinkUsedUp firstOperator />;
  return (
    <div className="grid gap-6">
      <div>
        <p className="text-sm text-muted">This platform is empty</p>
        <h1 className="mt-0.5 text-2xl font-semibold tracking-[-0.015em]">Become its first operator</h1>
        <p className="mt-1.5 text-pretty text-sm text-muted">
          You get the admin role. Everybody else comes in by your invitation.
        </p>
      </div>
      <FirstOperatorForm token={token} />
    </div>
  );
}
