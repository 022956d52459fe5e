import { DEMO_PASSWORD } from "@/prisma/seed/harbor-city/cast";
import { expect, test } from "./fixtures";

const ADA = "ada@harborcity.example";

/** A browser as far as signing in goes: it keeps cookies and asks. */
class Client {
  readonly cookies = new Map<string, string>();
  constructor(private readonly base: string) {}

  async ask(path: string, body?: Record<string, string>): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(`${this.base}${path}`, {
      method: body ? "POST" : "GET",
      headers: { cookie },
      redirect: "manual",
      ...(body && { body: new URLSearchParams(body) }),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ""] = line.split(";");
      const at = pair.indexOf("=");
      this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return answer;
  }

  async enter(email: string, password: string, callbackUrl = "/"): Promise<Response> {
    const { csrfToken } = (await (await this.ask("/api/auth/csrf")).json()) as { csrfToken: string };
    return await this.ask("/api/auth/callback/credentials", {
      email,
      password,
      csrfToken,
      callbackUrl,
      json: "true",
    });
  }

  async isIn(session = this.cookies.get("purse.session")): Promise<boolean> {
    const answer = await fetch(`${this.base}/api/trpc/account/self/account.me`, {
      headers: { cookie: `purse.session=${session}` },
    });
    return answer.status === 200;
  }
}

test("signing in anew ends the session that the browser had; a wrong password does not", async ({
  baseURL,
}) => {
  const browser = new Client(baseURL ?? "");
  expect((await browser.enter(ADA, DEMO_PASSWORD)).status).toBe(200);
  const first = browser.cookies.get("purse.session");
  expect(await browser.isIn(first)).toBe(true);
  await browser.enter(ADA, "wrong");
  expect(await browser.isIn(first)).toBe(true);
  expect((await browser.enter(ADA, DEMO_PASSWORD)).status).toBe(200);
  expect(await browser.isIn()).toBe(true);
  expect(await browser.isIn(first)).toBe(false);
  expect([...browser.cookies.keys()].some((name) => name.startsWith("purse.device-"))).toBe(true);
});

test("nobody is sent to another site after signing in", async ({ baseURL }) => {
  for (const callbackUrl of [
    "https://evil.example/x",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
  ]) {
    const answer = await new Client(baseURL ?? "").enter(ADA, DEMO_PASSWORD, callbackUrl);
    const { url } = (await answer.json()) as { url: string };
    expect(new URL(url, baseURL).origin, callbackUrl).toBe(new URL(baseURL ?? "").origin);
  }
});

test("pages run scripts by nonce alone, and every answer says how it may be used", async ({
  page,
  signIn,
  baseURL,
}) => {
  const refused: string[] = [];
  page.on("console", (message) => {
    if (/Content Security Policy/i.test(message.text())) refused.push(message.text());
  });
  await signIn("olivia@harborcity.example");
  for (const path of [
    "/ops",
    "/ops/team",
    "/ops/payments",
    "/ops/settlement",
    "/ops/nowhere",
    "/organisations",
  ]) {
    const answer = await page.goto(path);
    const policy = answer?.headers()["content-security-policy"] ?? "";
    expect(policy, path).toMatch(/script-src 'nonce-[\w+/=]+' 'strict-dynamic';/);
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    await page.waitForLoadState("load");
  }
  // What was planted in a page runs nothing.
  await page.evaluate(() => {
    const script = document.createElement("div");
    script.innerHTML = "<img src=x onerror=\"document.title='planted'\">";
    document.body.append(script);
  });
  await page.waitForTimeout(300);
  expect(await page.title()).not.toBe("planted");
  expect(refused.filter((text) => !text.includes("inline event handler"))).toEqual([]);
  for (const path of ["/sign-in", "/api/health", "/api/auth/csrf", "/api/trpc/m/x/y", "/nowhere"]) {
    const { headers } = await fetch(`${baseURL}${path}`);
    expect(headers.get("x-content-type-options"), path).toBe("nosniff");
    expect(headers.get("x-frame-options"), path).toBe("DENY");
    expect(headers.get("cross-origin-resource-policy"), path).toBe("same-origin");
    expect(headers.get("cross-origin-opener-policy"), path).toBe("same-origin");
    expect(headers.get("content-security-policy"), path).toContain("frame-ancestors 'none'");
  }
});
