"use client";

import { acceptInvitation } from "@/app/(auth)/(entrance)/actions";
import { CodeField } from "@/components/auth/code-field";
import { FormError } from "@/components/auth/form-error";
import { PasswordInput } from "@/components/auth/password-input";
import { messagesOf, useLinkForm } from "@/components/auth/use-link-form";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { acceptInvitationSchema, acceptWithCodeSchema } from "@/server/identity/schema";

interface Props {
  token: string;
  email: string;
  organisation: string;
  /** Who tells the code that the link needs; null where mail has carried the link. */
  code: { from: string } | null;
}

/** For somebody new: their name and a password, and they are in. */
export function AcceptWithPassword({ token, email, organisation, code }: Props) {
  const schema = code ? acceptWithCodeSchema : acceptInvitationSchema;
  const link = useLinkForm(
    { code: "", name: "", password: "" },
    (values) => messagesOf(schema.safeParse(code ? values : withoutCode(values)).error?.issues ?? []),
    (values) => acceptInvitation(token, code ? values : withoutCode(values)),
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
      {code ? <CodeField from={code.from} error={link.errors.code} input={link.bind("code")} /> : null}
      <Field label="Your name" error={link.errors.name}>
        <Input {...link.bind("name")} size="lg" autoComplete="name" autoFocus={!code} />
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

function withoutCode({ name, password }: { name: string; password: string }) {
  return { name, password };
}
