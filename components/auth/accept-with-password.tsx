"use client";

import { acceptInvitation } from "@/app/(auth)/(entrance)/actions";
import { FormError } from "@/components/auth/form-error";
import { PasswordInput } from "@/components/auth/password-input";
import { messagesOf, useLinkForm } from "@/components/auth/use-link-form";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { acceptInvitationSchema } from "@/server/identity/schema";

interface Props {
  token: string;
  email: string;
  organisation: string;
}

/** For somebody new: their name and a password, and they are in. */
export function AcceptWithPassword({ token, email, organisation }: Props) {
  const link = useLinkForm(
    { name: "", password: "" },
    (values) => messagesOf(acceptInvitationSchema.safeParse(values).error?.issues ?? []),
    (values) => acceptInvitation(token, values),
  );
  return (
    <form
      ref={link.form}
      onSubmit={(event) => void link.submit(event)}
      noValidate
      className="grid gap-4"
      aria-label={`Join ${organisation}`}
    >
      {link.refusal ? (
        <FormError code={link.refusal.code} requestId={link.refusal.requestId} attempt={link.attempt}>
          {link.refusal.message}
        </FormError>
      ) : null}
      <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
      <Field label="Your name" error={link.errors.name}>
        <Input {...link.bind("name")} size="lg" autoComplete="name" autoFocus />
      </Field>
      <Field
        label="Choose a password"
        error={link.errors.password}
        hint="At least 10 characters; several words are a good choice."
      >
        <PasswordInput {...link.bind("password")} autoComplete="new-password" />
      </Field>
      <Button type="submit" variant="primary" size="lg" loading={link.busy} className="mt-1 w-full">
        Join {organisation}
      </Button>
    </form>
  );
}
