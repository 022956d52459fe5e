import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { refuseWeakSecret, WeakSecretError } from "./boot";

describe("the secret that signs sessions", () => {
  test.each([
    "short",
    "change-me-to-32-random-bytes-change-me",
    "a-secret-for-browser-tests-only-and-more",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "0123456789012345678901234567890123456789",
  ])("%j is refused", (secret) => expect(() => refuseWeakSecret(secret)).toThrow(WeakSecretError));

  test("what was made by chance is taken", () => {
    for (let i = 0; i < 200; i++) refuseWeakSecret(randomBytes(32).toString("base64url"));
  });
});
