"use client";

import { ArrowRight } from "lucide-react";
import Link from "next/link";
import { type FormEvent, useRef, useState } from "react";
import { FormError } from "@/components/auth/form-error";
import { PasswordInput } from "@/components/auth/password-input";
import { requestSignIn, type SignInAnswer } from "@/components/auth/session-requests";
import { Avatar } from "@/components/ui/avatar";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";

interface DemoSignIn {
  name: string;
  email: string;
  password: string;
  shownAs: string;
}

interface SignInFormProps {
  returnTo: string;
  /** The person was in and their session ended. */
  ended?: boolean;
  email?: string | undefined;
  demo: readonly DemoSignIn[];
}

export function SignInForm({ returnTo, ended, email: given = "", demo }: SignInFormProps) {
  const [email, setEmail] = useState(given);
  const [password, setPassword] = useState("");
  const [missing, setMissing] = useState<{ email?: string; password?: string }>({});
  const [refusal, setRefusal] = useState<Extract<SignInAnswer, { ok: false }> | null>(null);
  const [attempt, setAttempt] = useState(0);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const submit = useRef<HTMLButtonElement>(null);

  async function send(event: FormEvent) {
    event.preventDefault();
    const lacks = {
      ...(email.includes("@") ? {} : { email: "Enter the e-mail address of your account." }),
      ...(password ? {} : { password: "Enter your password." }),
    };
    setMissing(lacks);
    const first = Object.keys(lacks)[0];
    if (first) {
      form.current?.querySelector<HTMLInputElement>(`[name=${first}]`)?.focus();
      return;
    }
    setBusy(true);
    setRefusal(null);
    const answer = await requestSignIn(email, password);
    // A full load: everything on the next page belongs to the person who just came in.
    if (answer.ok) return window.location.assign(returnTo);
    setBusy(false);
    setRefusal(answer);
    setAttempt((count) => count + 1);
  }

  function choose(person: DemoSignIn) {
    setEmail(person.email);
    setPassword(person.password);
    setMissing({});
    setRefusal(null);
    submit.current?.focus();
  }

  return (
    <div className="grid gap-6">
      <div>
        <h1 className="text-2xl font-semibold tracking-[-0.015em]">Sign in</h1>
        <p className="mt-1 text-sm text-muted">With the account of your organisation.</p>
      </div>
      {ended && !refusal ? (
        <Banner tone="waiting" title="Your session has ended">
          Sign in again and you are back where you were.
        </Banner>
      ) : null}
      {refusal ? (
        <FormError code={refusal.reason} attempt={attempt}>
          <Refusal refusal={refusal} />
        </FormError>
      ) : null}
      <form ref={form} onSubmit={(event) => void send(event)} noValidate className="grid gap-4">
        <Field label="E-mail" error={missing.email}>
          <Input
            name="email"
            type="email"
            size="lg"
            autoComplete="username"
            autoFocus={!given}
            inputMode="email"
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
        </Field>
        <Field label="Password" error={missing.password}>
          <PasswordInput
            name="password"
            autoComplete="current-password"
            autoFocus={Boolean(given)}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
        </Field>
        <Button ref={submit} type="submit" variant="primary" size="lg" loading={busy} className="mt-1 w-full">
          Sign in
        </Button>
        <Link
          href="/forgotten-password"
          className="justify-self-start text-sm text-muted underline-offset-4 hover:text-ink hover:underline"
        >
          Forgot your password?
        </Link>
      </form>
      {demo.length > 0 ? (
        <DemoList people={demo} chosen={email} onChoose={choose} />
      ) : (
        <p className="text-xs text-muted">
          No account yet? Somebody in your organisation can invite you from their team page.
        </p>
      )}
    </div>
  );
}

function Refusal({ refusal }: { refusal: Extract<SignInAnswer, { ok: false }> }) {
  switch (refusal.reason) {
    case "wrong_credentials":
      return "E-mail and password do not fit together. Check both and try again.";
    case "too_many_attempts":
      return `Too many attempts. Try again at ${timeOf(refusal.retryAt)}.`;
    case "unreachable":
      return "The server did not answer. Check your connection and try again.";
    case "failed":
      return "Signing in did not work. Reload the page and try again.";
  }
}

function timeOf(iso: string): string {
  return new Date(iso).toLocaleTimeString(undefined, {
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
  });
}

interface DemoListProps {
  people: readonly DemoSignIn[];
  chosen: string;
  onChoose: (person: DemoSignIn) => void;
}

function DemoList({ people, chosen, onChoose }: DemoListProps) {
  return (
    <section aria-labelledby="demo-people" className="border-t border-line-soft pt-4">
      <h2 id="demo-people" className="text-xs font-medium text-muted">
        People of the demo city
      </h2>
      <ul className="-mx-2 mt-1.5 grid">
        {people.map((person) => (
          <li key={person.email}>
            <button
              type="button"
              onClick={() => onChoose(person)}
              aria-pressed={chosen === person.email}
              className="group flex w-full items-center gap-2.5 rounded-md px-2 py-1.5 text-left transition-colors hover:bg-hover aria-pressed:bg-accent-soft"
            >
              <Avatar name={person.name} size="sm" />
              <span className="min-w-0 flex-1 truncate">
                {person.shownAs} <span className="text-muted">{person.name}</span>
              </span>
              <ArrowRight
                aria-hidden
                className="size-3.5 text-muted opacity-0 transition-opacity group-hover:opacity-100 group-focus-visible:opacity-100"
              />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
