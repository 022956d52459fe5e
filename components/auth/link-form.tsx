"use client";

import type { ReactNode } from "react";
import { FormError } from "@/components/auth/form-error";
import type { useLinkForm } from "@/components/auth/use-link-form";
import { Button } from "@/components/ui/button";

interface LinkFormProps {
  link: Pick<
    ReturnType<typeof useLinkForm<{ password: string }>>,
    "form" | "submit" | "refusal" | "attempt" | "busy"
  >;
  label?: string;
  /** Whose password it is, for the browser's keeper of passwords. */
  email?: string;
  action: ReactNode;
  children: ReactNode;
}

/** The form behind a one-time link: what the server refused, the fields, and the one button. */
export function LinkForm({ link, label, email, action, children }: LinkFormProps) {
  const { form, submit, refusal, attempt, busy } = link;
  return (
    <form
      ref={form}
      onSubmit={(event) => void submit(event)}
      noValidate
      className="grid gap-4"
      aria-label={label}
    >
      {refusal ? (
        <FormError code={refusal.code} requestId={refusal.requestId} attempt={attempt}>
          {refusal.message}
        </FormError>
      ) : null}
      {email === undefined ? null : (
        <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
      )}
      {children}
      <Button type="submit" variant="primary" size="lg" loading={busy} className="mt-1 w-full">
        {action}
      </Button>
    </form>
  );
}
