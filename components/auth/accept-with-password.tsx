"use client";

import { acceptInvitation } from "@/app/(auth)/(entrance)/actions";
import { CodeField } from "@/components/auth/code-field";
import { LinkForm } from "@/components/auth/link-form";
import { PasswordInput } from "@/components/auth/password-input";
import { messagesOf, useLinkForm } from "@/components/auth/use-link-form";
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
    <LinkForm link={link} label={`Join ${organisation}`} email={email} action={`Join ${organisation}`}>
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
    </LinkForm>
  );
}

function withoutCode({ name, password }: { name: string; password: string }) {
  return { name, password };
}
