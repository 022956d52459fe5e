"use client";

import { type FormEvent, useState } from "react";
import { requestNewPassword } from "@/app/(auth)/(entrance)/actions";
import { FormError } from "@/components/auth/form-error";
import { messagesOf } from "@/components/auth/use-link-form";
import { Button, ButtonLink } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { forgottenPasswordSchema } from "@/server/identity/schema";

/** Asks for a mail. What it answers does not tell whether the address has an account. */
export function ForgottenPassword() {
  const [email, setEmail] = useState("");
  const [error, setError] = useState<string | undefined>();
  const [refusal, setRefusal] = useState<{ code: string; message: string } | null>(null);
  const [attempt, setAttempt] = useState(0);
  const [busy, setBusy] = useState(false);
  const [sentTo, setSentTo] = useState<string | null>(null);

  async function send(event: FormEvent) {
    event.preventDefault();
    const checked = forgottenPasswordSchema.safeParse({ email });
    setError(messagesOf(checked.error?.issues ?? []).email);
    setRefusal(null);
    if (!checked.success) return;
    setBusy(true);
    const answer = await requestNewPassword(checked.data).catch(() => ({
      ok: false as const,
      code: "unreachable",
      message: "The server did not answer. Try again.",
    }));
    setBusy(false);
    if (answer.ok) setSentTo(checked.data.email);
    else {
      setRefusal(answer);
      setAttempt((count) => count + 1);
    }
  }

  if (sentTo) {
    return (
      <div className="grid justify-items-start gap-5" role="status">
        <div className="grid gap-2 text-pretty text-sm text-muted">
          <p>
            If <span className="font-medium text-ink">{sentTo}</span> has an account here, a link is on its
            way. It works once, for an hour.
          </p>
          <p>
            Nothing arrives? Look among the unwanted mail, or ask an admin of your organisation which address
            you have.
          </p>
        </div>
        <ButtonLink href="/sign-in" size="lg">
          Back to sign in
        </ButtonLink>
      </div>
    );
  }
  return (
    <form onSubmit={(event) => void send(event)} noValidate className="grid gap-4">
      <p className="text-sm text-muted">We send a link to your mailbox, with which you choose a new one.</p>
      {refusal ? (
        <FormError code={refusal.code} attempt={attempt}>
          {refusal.message}
        </FormError>
      ) : null}
      <Field label="E-mail" error={error}>
        <Input
          name="email"
          type="email"
          size="lg"
          autoComplete="username"
          inputMode="email"
          autoFocus
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
      </Field>
      <Button type="submit" variant="primary" size="lg" loading={busy} className="mt-1 w-full">
        Send me a link
      </Button>
      <ButtonLink href="/sign-in" variant="ghost" size="lg">
        Back to sign in
      </ButtonLink>
    </form>
  );
}
