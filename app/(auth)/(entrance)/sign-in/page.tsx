import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { SignInForm } from "@/components/auth/sign-in-form";
import { listDemoSignIns } from "@/server/trpc/demo";
import { homePath, placeAfterSignIn } from "@/server/trpc/entrance";
import { getSession } from "@/server/trpc/session";

export const metadata: Metadata = { title: "Sign in" };

interface Props {
  searchParams: Promise<{ next?: string | string[]; reason?: string | string[]; email?: string | string[] }>;
}

export default async function SignInPage({ searchParams }: Props) {
  const query = await searchParams;
  const next = placeAfterSignIn(query.next);
  if (await getSession()) redirect(next ?? (await homePath()));
  return (
    <SignInForm
      returnTo={next ?? "/"}
      ended={query.reason === "session_ended"}
      email={typeof query.email === "string" ? query.email : undefined}
      demo={listDemoSignIns()}
    />
  );
}
