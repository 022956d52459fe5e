/** Signing in and out from the browser: the requests, and what their answers mean. */

export type SignInAnswer =
  | { ok: true }
  | { ok: false; reason: "wrong_credentials" | "unreachable" | "failed" }
  | { ok: false; reason: "too_many_attempts"; retryAt: string };

async function csrfToken(): Promise<string> {
  const answer = await fetch("/api/auth/csrf", { cache: "no-store" });
  const body: { csrfToken?: string } = await answer.json();
  return body.csrfToken ?? "";
}

async function post(path: string, fields: Record<string, string>): Promise<Response> {
  const body = new URLSearchParams({
    ...fields,
    csrfToken: await csrfToken(),
    callbackUrl: "/",
    json: "true",
  });
  return await fetch(`/api/auth/${path}`, { method: "POST", body });
}

/** Asks for a session with e-mail and password. The cookie is set by the answer. */
export async function requestSignIn(email: string, password: string): Promise<SignInAnswer> {
  try {
    const answer = await post("callback/credentials", { email, password });
    const body: { url?: string } = await answer.json();
    const { searchParams } = new URL(body.url ?? "/", window.location.origin);
    // A request whose token does not fit is answered with 200 and the way to the sign-in page.
    if (answer.ok) return searchParams.has("csrf") ? { ok: false, reason: "failed" } : { ok: true };
    const [reason, retryAt] = (searchParams.get("error") ?? "").split(" ");
    if (reason === "too_many_attempts" && retryAt) return { ok: false, reason, retryAt };
    return { ok: false, reason: reason === "wrong_credentials" ? reason : "failed" };
  } catch {
    return { ok: false, reason: "unreachable" };
  }
}

/** Ends the session and goes to the sign-in page. */
export async function signOutHere(): Promise<void> {
  await post("signout", {});
  // A full load, so that nothing that was fetched for this person stays in memory.
  window.location.assign("/sign-in");
}
