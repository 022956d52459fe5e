"use client";

import { signOutHere } from "@/components/auth/session-requests";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";

/** A founding link opened where somebody is signed in: most likely by the founder who came first. */
export function SignOutFirst({ signedInAs }: { signedInAs: string }) {
  return (
    <Banner
      tone="waiting"
      title="This link is for another person"
      actions={<Button onClick={() => void signOutHere()}>Sign out</Button>}
    >
      You are signed in as {signedInAs}. Give the link to the second founder, to open on their own device.
    </Banner>
  );
}
