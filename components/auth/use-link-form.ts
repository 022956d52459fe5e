"use client";

import { type FormEvent, useRef, useState } from "react";
import { requestSignIn } from "@/components/auth/session-requests";

/** What the server answers to a link that is accepted. */
type Answer =
  | { ok: true; path: string; email: string }
  | { ok: false; code: string; message: string; fields?: Record<string, string>; requestId?: string };

/**
 * A form behind a one-time link: checks in the browser, sends, shows what the server refuses at the field it is about,
 * and signs the person in with the password just chosen.
 */
export function useLinkForm<V extends { password: string }>(
  initial: V,
  check: (values: V) => Record<string, string>,
  send: (values: V) => Promise<Answer>,
) {
  const [values, setValues] = useState(initial);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [refusal, setRefusal] = useState<Extract<Answer, { ok: false }> | null>(null);
  const [attempt, setAttempt] = useState(0);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);

  function show(found: Record<string, string>) {
    setErrors(found);
    const first = Object.keys(found)[0];
    if (first) form.current?.querySelector<HTMLInputElement>(`[name=${first}]`)?.focus();
    return first !== undefined;
  }

  async function submit(event: FormEvent) {
    event.preventDefault();
    setRefusal(null);
    if (show(check(values))) return;
    setBusy(true);
    const answer = await send(values).catch(
      (): Answer => ({ ok: false, code: "unreachable", message: "The server did not answer. Try again." }),
    );
    if (answer.ok) {
      const entered = await requestSignIn(answer.email, values.password);
      return window.location.assign(entered.ok ? answer.path : "/sign-in");
    }
    setBusy(false);
    if (answer.fields && show(answer.fields)) return;
    setRefusal(answer);
    setAttempt((count) => count + 1);
  }

  function bind(name: keyof V & string) {
    return {
      name,
      value: String(values[name]),
      onChange: (event: { currentTarget: { value: string } }) =>
        setValues({ ...values, [name]: event.currentTarget.value }),
    };
  }

  return { form, values, errors, refusal, attempt, busy, submit, bind };
}

/** The first message of each field that a schema refuses. */
export function messagesOf(
  issues: readonly { path: PropertyKey[]; message: string }[],
): Record<string, string> {
  const messages: Record<string, string> = {};
  for (const issue of issues) messages[String(issue.path[0] ?? "")] ??= issue.message;
  return messages;
}
