"use client";

import { becomeFounder } from "@/app/(auth)/(entrance)/actions";
import { LinkForm } from "@/components/auth/link-form";
import { PasswordInput } from "@/components/auth/password-input";
import { messagesOf, useLinkForm } from "@/components/auth/use-link-form";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { firstFounderSchema, secondFounderSchema } from "@/server/identity/schema";

/** One of the two founders: their account, and from the first of them who runs the platform. */
export function FounderForm({ token, first }: { token: string; first: boolean }) {
  const schema = first ? firstFounderSchema : secondFounderSchema;
  const link = useLinkForm(
    { organisationName: "", name: "", email: "", password: "" },
    (values) => messagesOf(schema.safeParse(values).error?.issues ?? []),
    (values) => becomeFounder(token, values),
  );
  return (
    <LinkForm link={link} action="Open the operator console">
      {first ? (
        <Field
          label="Who runs this platform"
          error={link.errors.organisationName}
          hint="The operator's name as merchants and agencies will see it."
        >
          <Input {...link.bind("organisationName")} size="lg" autoComplete="organization" autoFocus />
        </Field>
      ) : null}
      <Field label="Your name" error={link.errors.name}>
        <Input {...link.bind("name")} size="lg" autoComplete="name" autoFocus={!first} />
      </Field>
      <Field label="E-mail" error={link.errors.email}>
        <Input {...link.bind("email")} size="lg" type="email" inputMode="email" autoComplete="username" />
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
