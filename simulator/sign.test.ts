import { createPrivateKey } from "node:crypto";
import { describe, expect, test } from "vitest";
import { signedHeaders } from "./sign";

describe("signing", () => {
  test("gives the signature of the example that the device API's document prints", () => {
    const seed = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    const headers = signedHeaders({
      method: "POST",
      url: "http://localhost:3001/v1/payments",
      keyId: "cred_01jx3k5v8qf7tt9m2r6c4h0b1e",
      privateKey: createPrivateKey({
        key: Buffer.from(`302e020100300506032b657004220420${seed}`, "hex"),
        format: "der",
        type: "pkcs8",
      }),
      body: '{"amount":{"amount":"2.75","currency":"EUR"},"instrument":{"token":"wallet_0932"},"capture":true}',
      message: { key: "meter-17-000001042", sequence: 1042 },
      createdSeconds: 1_780_000_000,
      nonce: "c2lnbmVkLW9uY2U",
    });
    expect(headers["content-digest"]).toBe("sha-256=:xkkPtOkgs1VXHIqIpQrB0sBK/B0Tew61zWvYwJcgUvY=:");
    expect(headers.signature).toBe(
      "sig1=:8Ssxt+HKTdjkHCtRtEnh8knUhk7wmBmsNm71yxkgk8ky1SaQei0MCNw4BSpir6WaWnkgIrIRm9IwHJ/wxIfhAw==:",
    );
  });
});
