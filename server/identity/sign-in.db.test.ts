/** Guessing is slowed wherever it comes from, and never closes the door to the owner. */
import { describe, expect, test } from "vitest";
import { withClock } from "@/server/platform/clock";
import { withOwner } from "@/server/platform/db";
import { mintSystemScope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
import { createUser } from "./service";
import { networkOf, type SignInResult, signIn } from "./service/sign-in";

useTestDatabase();
const PASSWORD = "correct horse battery";
const START = Date.parse("2026-03-01T10:00:00Z");
const HOME = "203.0.113.7";

let counter = 0;
async function somebody(): Promise<string> {
  const email = `owner-${++counter}@example.org`;
  await createUser(mintSystemScope("test"), { email, name: "Owner", password: PASSWORD });
  return email;
}

function enter(
  email: string,
  password: string,
  at: { ip?: string | null; device?: string | null; seconds?: number } = {},
): Promise<SignInResult> {
  const { ip = null, device = null, seconds = 0 } = at;
  return withClock(new Date(START + seconds * 1000), () =>
    signIn({ email, password, ip, userAgent: "test", device }),
  );
}

const reasonOf = (result: SignInResult) => (result.ok ? "in" : result.reason);
const addressOf = (n: number) => `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;

describe("guessing", () => {
  test("10 000 guesses from 10 000 addresses let nobody in, and the owner still gets in", async () => {
    const email = await somebody();
    const before = await enter(email, PASSWORD, { ip: HOME });
    if (!before.ok) throw new Error(before.reason);
    const seen: Record<string, number> = {};
    const total = 10_000;
    for (let from = 0; from < total; from += 40) {
      const batch = Array.from({ length: 40 }, (_, index) => from + index);
      const results = await Promise.all(
        batch.map((n) => enter(email, `guess ${n}`, { ip: addressOf(n), seconds: 60 + n })),
      );
      for (const result of results) seen[reasonOf(result)] = (seen[reasonOf(result)] ?? 0) + 1;
    }
    expect(seen.in ?? 0).toBe(0);
    // Of three hours of guesses some twenty were looked at.
    expect(seen.wrong_credentials).toBeLessThan(30);
    // Even the right password is no good to a stranger while the e-mail's pause runs, as it does after a guess that
    // comes when the longest pause before it is over.
    const later = 60 + total + 3_600;
    expect(reasonOf(await enter(email, "guess", { ip: "192.0.2.98", seconds: later }))).toBe(
      "wrong_credentials",
    );
    const after = later + 1;
    expect(reasonOf(await enter(email, PASSWORD, { ip: "192.0.2.99", seconds: after }))).toBe(
      "too_many_attempts",
    );
    // From a browser of theirs, wherever it is, and from an address of theirs with any browser.
    expect(
      (await enter(email, PASSWORD, { ip: "192.0.2.99", device: before.device, seconds: after })).ok,
    ).toBe(true);
    expect((await enter(email, PASSWORD, { ip: HOME, seconds: after })).ok).toBe(true);
  }, 300_000);

  test("ten wrong passwords of a stranger lock nobody out, and the pause is short at first", async () => {
    const email = await somebody();
    const before = await enter(email, PASSWORD, { ip: HOME });
    if (!before.ok) throw new Error(before.reason);
    for (let i = 0; i < 10; i++) await enter(email, "wrong", { ip: "198.51.100.1", seconds: 1 });
    expect(reasonOf(await enter(email, PASSWORD, { ip: "198.51.100.2", seconds: 2 }))).toBe(
      "too_many_attempts",
    );
    expect((await enter(email, PASSWORD, { ip: HOME, seconds: 2 })).ok).toBe(true);
    expect((await enter(email, PASSWORD, { device: before.device, seconds: 2 })).ok).toBe(true);
    // Even from a place never seen before, once the pause of a quarter of a minute is over.
    expect((await enter(email, PASSWORD, { ip: "198.51.100.2", seconds: 20 })).ok).toBe(true);
  });

  test("a lane of one's own is slowed as well: a stolen browser guesses no faster", async () => {
    const email = await somebody();
    const before = await enter(email, PASSWORD, { ip: HOME });
    if (!before.ok) throw new Error(before.reason);
    const seen = [];
    for (let i = 0; i < 30; i++)
      seen.push(reasonOf(await enter(email, `guess ${i}`, { device: before.device, seconds: i })));
    expect(seen.filter((each) => each === "wrong_credentials").length).toBeLessThan(8);
  });

  test("a thousand guesses at the same moment are counted one by one", async () => {
    const email = await somebody();
    const results = await Promise.all(
      Array.from({ length: 200 }, (_, n) => enter(email, `guess ${n}`, { ip: addressOf(n) })),
    );
    expect(results.filter((result) => reasonOf(result) === "wrong_credentials")).toHaveLength(5);
  }, 60_000);

  test("an e-mail that nobody has is slowed in the very same way", async () => {
    const [known, unknown] = [await somebody(), "nobody-at-all@example.org"];
    const seen = async (email: string) => {
      const reasons = [];
      for (let i = 0; i < 40; i++) {
        const result = await enter(email, "wrong", { ip: addressOf(i + counter * 1000), seconds: i * 7 });
        reasons.push(
          result.ok || result.reason !== "too_many_attempts" ? reasonOf(result) : String(result.retryAt),
        );
      }
      return reasons;
    };
    expect(await seen(known)).toEqual(await seen(unknown));
  });

  test("another person's device, a made-up one and an unknown address open no lane", async () => {
    const [email, other] = [await somebody(), await somebody()];
    const theirs = await enter(other, PASSWORD, { ip: HOME });
    if (!theirs.ok) throw new Error(theirs.reason);
    for (let i = 0; i < 6; i++) await enter(email, "wrong", { ip: addressOf(i) });
    for (const device of [theirs.device, "made.up", "", "a.b.c", `${theirs.device}x`]) {
      expect(reasonOf(await enter(email, PASSWORD, { device, ip: HOME, seconds: 1 }))).toBe(
        "too_many_attempts",
      );
    }
  });

  test("an address of IPv6 is counted with its network", () => {
    expect(networkOf("2001:db8:1:2:aaaa::1")).toBe(networkOf("2001:db8:1:2::ffff"));
    expect(networkOf("2001:db8:1:2::1")).not.toBe(networkOf("2001:db8:1:3::1"));
    expect(networkOf("::1")).toBe("0:0:0:0");
    expect(networkOf("192.0.2.1")).toBe("192.0.2.1");
  });

  test("what cannot be an e-mail of ours is looked for and noted nowhere", async () => {
    for (const email of [
      "4111 1111 1111 1111@example.org",
      "4111-1111-1111-1111@example.org",
      "a\u0000@b.org",
      "\ud800@b.org",
    ]) {
      expect(reasonOf(await enter(email, PASSWORD))).toMatch(/wrong_credentials|too_many_attempts/);
    }
    const dump = await withOwner(async (client) => {
      const { rows } = await client.query<{ line: string }>(
        `select row_to_json(a)::text as line from audit_entry a union all select row_to_json(r)::text from rate_limit r
         union all select row_to_json(d)::text from attempt_delay d`,
      );
      return rows.map((row) => row.line).join("\n");
    });
    expect(dump).not.toMatch(/4111/);
    // Nor does any counter hold an e-mail or an address in clear.
    const counters = dump.split("\n").filter((line) => line.includes("sign-in"));
    expect(counters.length).toBeGreaterThan(0);
    for (const line of counters) expect(line).not.toMatch(/@example|203\.0\.113|198\.51/);
  });
});
