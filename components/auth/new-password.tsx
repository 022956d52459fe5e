"use client";

import { setNewPassword } from "@/app/(auth)/(entrance)/actions";
import { CodeField } from "@/components/auth/code-field";
import { LinkForm } from "@/components/auth/link-form";
import { PasswordInput } from "@/components/auth/password-input";
import { messagesOf, useLinkForm } from "@/components/auth/use-link-form";
import { Field } from "@/components/ui/field";
import { newPasswordSchema, newPasswordWithCodeSchema } from "@/server/identity/schema";

interface Props {
  token: string;
  email: string;
  /** Who tells the code that the link needs; null where none is asked for. */
  code: { from: string } | null;
}

/** For somebody who lost their password and holds a link: a new one, and they are in. */
export function NewPassword({ token, email, code }: Props) {
  const schema = code ? newPasswordWithCodeSchema : newPasswordSchema;
  const given = (values: { code: string; password: string }) =>
    code ? values : { password: values.password };
  const link = useLinkForm(
    { code: "", password: "" },
    (values) => messagesOf(schema.safeParse(given(values)).error?.issues ?? []),
    (values) => setNewPassword(token, given(values)),
  );
  return (
    <LinkForm link={link} email={email} action="Set it and sign in">
      {code ? <CodeField from={code.from} error={link.errors.code} input={link.bind("code")} /> : null}
      <Field
        label="New password"
        error={link.errors.password}
        hint="At least 10 characters; several words are a good choice."
      >
        <PasswordInput {...link.bind("password")} autoComplete="new-password" autoFocus={!code} />
      </Field>
    </LinkForm>
  );
}
