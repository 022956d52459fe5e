"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useRef, useState } from "react";
import { FormError } from "@/components/auth/form-error";
import { PasswordInput } from "@/components/auth/password-input";
import { messagesOf } from "@/components/auth/use-link-form";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Field } from "@/components/ui/field";
import { showToast } from "@/components/ui/toast";
import { changePasswordSchema } from "@/server/identity/schema";
import { useAccountTrpc } from "@/server/trpc/client";
import { callErrorOf } from "@/server/trpc/query-client";

export function ChangePassword({ email }: { email: string }) {
  const trpc = useAccountTrpc();
  const client = useQueryClient();
  const [values, setValues] = useState({ current: "", next: "" });
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [attempt, setAttempt] = useState(0);
  const form = useRef<HTMLFormElement>(null);
  const change = useMutation(
    trpc.account.changePassword.mutationOptions({
      onSuccess: async () => {
        setValues({ current: "", next: "" });
        showToast({
          title: "The password is changed",
          description: "Your other sessions have ended.",
          tone: "arrived",
        });
        await client.invalidateQueries({ queryKey: trpc.account.sessions.queryKey() });
      },
      onError: () => setAttempt((count) => count + 1),
    }),
  );
  const refusal = change.error ? callErrorOf(change.error) : null;

  function submit(event: FormEvent) {
    event.preventDefault();
    const found = messagesOf(changePasswordSchema.safeParse(values).error?.issues ?? []);
    setErrors(found);
    const first = Object.keys(found)[0];
    if (first) form.current?.querySelector<HTMLInputElement>(`[name=${first}]`)?.focus();
    else change.mutate(values);
  }

  return (
    <Card title="Password" hint="A new one ends your other sessions.">
      <form ref={form} onSubmit={submit} noValidate className="grid items-start gap-4 sm:grid-cols-2">
        {change.error ? (
          <div className="sm:col-span-2">
            <FormError
              code={refusal?.reason ?? "unreachable"}
              requestId={refusal?.requestId ?? undefined}
              attempt={attempt}
            >
              {refusal?.message ?? "The server did not answer. Try again."}
            </FormError>
          </div>
        ) : null}
        <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
        <Field label="Present password" error={errors.current}>
          <PasswordInput
            name="current"
            autoComplete="current-password"
            value={values.current}
            onChange={(event) => setValues({ ...values, current: event.currentTarget.value })}
          />
        </Field>
        <Field label="New password" error={errors.next} hint="At least 10 characters.">
          <PasswordInput
            name="next"
            autoComplete="new-password"
            value={values.next}
            onChange={(event) => setValues({ ...values, next: event.currentTarget.value })}
          />
        </Field>
        <div>
          <Button type="submit" loading={change.isPending}>
            Change the password
          </Button>
        </div>
      </form>
    </Card>
  );
}
