"use client";

import { setNewPassword } from "@/app/(auth)/(entrance)/actions";
import { CodeField } from "@/components/auth/code-field";
import { FormError } from "@/components/auth/form-error";
import { PasswordInput } from "@/components/auth/password-input";
import { messagesOf, useLinkForm } from "@/components/auth/use-link-form";
import { Button } from "@/components/ui/button";
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
    <form ref={link.form} onSubmit={(event) => void link.submit(event)} noValidate className="grid gap-4">
      {link.refusal ? (
        <FormError code={link.refusal.code} requestId={link.refusal.requestId} attempt={link.attempt}>
          {link.refusal.message}
        </FormError>
      ) : null}
      <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
      {code ? <CodeField from={code.from} error={link.errors.code} input={link.bind("code")} /> : null}
      <Field
        label="New password"
        error={link.errors.password}
        hint="At least 10 characters; several words are a good choice."
      >
        <PasswordInput {...link.bind("password")} autoComplete="new-password" autoFocus={!code} />
      </Field>
      <Button type="submit" variant="primary" size="lg" loading={link.busy} className="mt-1 w-full">
        Set it and sign in
      </Button>
    </form>
  );
}
