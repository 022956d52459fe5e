"use client";

import { useState } from "react";
import { acceptInvitationSignedIn } from "@/app/(auth)/(entrance)/actions";
import { CodeField } from "@/components/auth/code-field";
import { FormError } from "@/components/auth/form-error";
import { signOutHere } from "@/components/auth/session-requests";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";

interface Props {
  token: string;
  invited: string;
  signedInAs: string;
  organisation: string;
  code: { from: string } | null;
}

/** For somebody who is signed in already: one button, unless the invitation is for another address. */
export function AcceptSignedIn({ token, invited, signedInAs, organisation, code }: Props) {
  const [typed, setTyped] = useState("");
  const [busy, setBusy] = useState(false);
  const [attempt, setAttempt] = useState(0);
  const [refusal, setRefusal] = useState<{
    code: string;
    message: string;
    requestId?: string;
    fields?: Record<string, string>;
  } | null>(null);

  async function accept() {
    setBusy(true);
    const answer = await acceptInvitationSignedIn(token, code ? { code: typed } : {});
    if (answer.ok) return window.location.assign(answer.path);
    setBusy(false);
    setRefusal(answer);
    setAttempt((count) => count + 1);
  }

  if (invited !== signedInAs) {
    return (
      <Banner
        tone="waiting"
        title={`This invitation is for ${invited}`}
        actions={<Button onClick={() => void signOutHere()}>Sign out</Button>}
      >
        You are signed in as {signedInAs}. Sign out and open the link again.
      </Banner>
    );
  }
  return (
    <div className="grid gap-3">
      {refusal && !refusal.fields?.code ? (
        <FormError code={refusal.code} requestId={refusal.requestId} attempt={attempt}>
          {refusal.message}
        </FormError>
      ) : null}
      {code ? (
        <CodeField
          from={code.from}
          error={refusal?.fields?.code}
          input={{ name: "code", value: typed, onChange: (event) => setTyped(event.currentTarget.value) }}
        />
      ) : null}
      <Button variant="primary" size="lg" loading={busy} onClick={() => void accept()}>
        Join {organisation}
      </Button>
      <p className="text-xs text-muted">You keep the organisations you are in and can switch between them.</p>
    </div>
  );
}
