import { createHash, createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import fc from "fast-check";
import { createSignatureSync, verifySignature } from "http-message-sig";
import { describe, expect, test } from "vitest";
import { type SignableRequest, signRequest } from "./sign-request";
import { checkContentDigest, type IncomingRequest, verifyRequest } from "./verify-signature";

const NOW = 1_780_000_000;
const TARGET = "https://devices.example.org/v1/payments";
const pair = generateKeyPairSync("ed25519");
const raw = pair.publicKey.export({ type: "spki", format: "der" }).subarray(-32);
const KEY_ID = "cred_01jx3k5v8qf7tt9m2r6c4h0b1e";
const known = { publicKey: raw, name: "known" };

async function findKey(keyId: string) {
  return keyId === KEY_ID ? known : null;
}

function incoming(
  headers: Record<string, string>,
  over: Partial<IncomingRequest> = {},
  body = "",
): IncomingRequest {
  return {
    method: "POST",
    targetUris: [TARGET],
    fields: Object.entries(headers).map(([name, value]) => ({ name, value })),
    body: Buffer.from(body),
    carriesMessage: true,
    ...over,
  };
}

const BODY = '{"amount":{"amount":"2.75","currency":"EUR"}}';
function signed(over: Partial<SignableRequest> = {}): Record<string, string> {
  return signRequest({
    method: "POST",
    targetUri: TARGET,
    keyId: KEY_ID,
    privateKey: pair.privateKey,
    body: BODY,
    message: { idempotencyKey: "msg-1", sequence: 7 },
    createdSeconds: NOW,
    ...over,
  });
}

async function codeOf(headers: Record<string, string>, over: Partial<IncomingRequest> = {}, body = BODY) {
  const result = await verifyRequest(incoming(headers, over, body), findKey, NOW);
  return result.ok ? "ok" : result.problem.code;
}

describe("RFC 9421, appendix B.2.6: Ed25519", () => {
  // The published key, message and signature.
  const publicKey = createPublicKey(
    "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=\n-----END PUBLIC KEY-----",
  );
  const input =
    '("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"';
  const signature =
    "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==";
  const fields = [
    { name: "Host", value: "example.com" },
    { name: "Date", value: "Tue, 20 Apr 2021 02:07:55 GMT" },
    { name: "Content-Type", value: "application/json" },
    {
      name: "Content-Digest",
      value:
        "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:",
    },
    { name: "Content-Length", value: "18" },
    { name: "Signature-Input", value: `sig-b26=${input}` },
    { name: "Signature", value: `sig-b26=:${signature}:` },
  ];
  const base = [
    '"date": Tue, 20 Apr 2021 02:07:55 GMT',
    '"@method": POST',
    '"@path": /foo',
    '"@authority": example.com',
    '"content-type": application/json',
    '"content-length": 18',
    `"@signature-params": ${input}`,
  ].join("\n");
  const verifyAt = (given: typeof fields) => {
    let seen = "";
    return verifySignature(
      {
        kind: "request",
        method: "POST",
        targetUri: "https://example.com/foo?param=Value&Pet=dog",
        fields: given,
      },
      {
        policy: {
          algorithms: ["ed25519"],
          requiredComponents: ["@method"],
          requiredParameters: ["created"],
          now: 1618884473,
        },
        resolveVerifier: () => ({
          algorithm: "ed25519",
          verify: (data, bytes) => {
            seen = Buffer.from(data).toString();
            return verify(null, data, publicKey, bytes);
          },
        }),
      },
    ).then((result) => ({ result, seen }));
  };

  test("the published signature verifies over the published signature base", async () => {
    const { result, seen } = await verifyAt(fields);
    expect(result.label).toBe("sig-b26");
    expect(seen).toBe(base);
  });

  test("the published Content-Digest matches the published body, and no other", () => {
    expect(checkContentDigest({ fields, body: Buffer.from('{"hello": "world"}') })).toBeNull();
    expect(checkContentDigest({ fields, body: Buffer.from('{"hello": "World"}') })?.code).toBe(
      "content_digest_invalid",
    );
  });

  test("a change of any covered field breaks it", async () => {
    const changed = fields.map((field) =>
      field.name === "Date" ? { ...field, value: "Tue, 20 Apr 2021 02:07:56 GMT" } : field,
    );
    await expect(verifyAt(changed)).rejects.toMatchObject({ code: "VerificationFailed" });
  });

  test("the published private key makes the published signature", async () => {
    const { createPrivateKey, sign } = await import("node:crypto");
    const privateKey = createPrivateKey(
      "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF\n-----END PRIVATE KEY-----",
    );
    const made = createSignatureSync(
      {
        kind: "request",
        method: "POST",
        targetUri: "https://example.com/foo?param=Value&Pet=dog",
        fields: fields.slice(0, 5),
      },
      {
        label: "sig-b26",
        components: ["date", "@method", "@path", "@authority", "content-type", "content-length"],
        parameters: { created: 1618884473, keyid: "test-key-ed25519" },
        signer: { algorithm: "ed25519", sign: (data) => sign(null, data, privateKey) },
      },
    );
    expect(made.signature).toBe(`sig-b26=:${signature}:`);
    expect(made.signatureInput).toBe(`sig-b26=${input}`);
  });
});

describe("a device's request", () => {
  test("is accepted as signed, whatever else stands in its header", async () => {
    const result = await verifyRequest(
      incoming(
        { ...signed(), host: "inner:3001", "x-note": "blåbær", "x-forwarded-proto": "https" },
        {},
        BODY,
      ),
      findKey,
      NOW,
    );
    expect(result).toMatchObject({ ok: true, request: { key: known, createdSeconds: NOW } });
  });

  test("may cover @authority and @path in place of @target-uri", async () => {
    const components = [
      "@method",
      "@authority",
      "@path",
      "content-digest",
      "idempotency-key",
      "device-sequence",
    ];
    expect(await codeOf(signed({ components }))).toBe("ok");
    expect(await codeOf(signed({ components: components.filter((name) => name !== "@path") }))).toBe(
      "signature_incomplete",
    );
    const withQuery = { targetUris: [`${TARGET}?a=1`] };
    expect(await codeOf(signed({ components, targetUri: `${TARGET}?a=1` }), withQuery)).toBe(
      "signature_incomplete",
    );
  });

  test("is refused when any part that must be covered is not", async () => {
    const all = ["@method", "@target-uri", "content-digest", "idempotency-key", "device-sequence"];
    for (const left of all) {
      const components = all.filter((name) => name !== left);
      expect(await codeOf(signed({ components })), left).toBe("signature_incomplete");
    }
    expect(
      await codeOf(signed({ body: undefined, components: ["@method", "@target-uri"] }), {
        carriesMessage: false,
        body: Buffer.alloc(0),
      }),
    ).toBe("ok");
  });

  test("is refused when a covered part was changed on the way", async () => {
    const headers = signed();
    expect(await codeOf(headers, { method: "PUT" })).toBe("signature_invalid");
    expect(await codeOf(headers, { targetUris: ["https://devices.example.org/v1/usage"] })).toBe(
      "signature_invalid",
    );
    expect(await codeOf({ ...headers, "idempotency-key": '"msg-2"' })).toBe("signature_invalid");
    expect(await codeOf({ ...headers, "device-sequence": "8" })).toBe("signature_invalid");
    expect(await codeOf(headers, {}, BODY.replace("2.75", "2.76"))).toBe("content_digest_invalid");
    const body = BODY.replace("2.75", "2.76");
    const digest = `sha-256=:${createHash("sha256").update(body).digest("base64")}:`;
    expect(await codeOf({ ...headers, "content-digest": digest }, {}, body)).toBe("signature_invalid");
  });

  test("is accepted under any of its addresses, and only those", async () => {
    const alias = { targetUris: ["https://other.example.org/v1/payments", TARGET] };
    expect(await codeOf(signed(), alias)).toBe("ok");
    expect(await codeOf(signed({ targetUri: "http://evil.example/v1/payments" }), alias)).toBe(
      "signature_invalid",
    );
  });

  test("is accepted up to five minutes off and no further, both ways", async () => {
    for (const off of [-300, 0, 300]) expect(await codeOf(signed({ createdSeconds: NOW + off }))).toBe("ok");
    for (const off of [-301, 301, 86_400])
      expect(await codeOf(signed({ createdSeconds: NOW + off }))).toBe("clock_skew");
  });

  test("of an unknown key gets the same answer as a false signature", async () => {
    const unknown = await verifyRequest(
      incoming(signed({ keyId: "cred_00000000000000000000000000" }), {}, BODY),
      findKey,
      NOW,
    );
    const other = generateKeyPairSync("ed25519").privateKey;
    const forged = await verifyRequest(incoming(signed({ privateKey: other }), {}, BODY), findKey, NOW);
    if (unknown.ok || forged.ok) throw new Error("accepted");
    expect(unknown.problem).toEqual(forged.problem);
    expect(unknown.problem.code).toBe("signature_invalid");
    expect([unknown.unverifiedKey, forged.unverifiedKey]).toEqual([null, known]);
  });

  test("with another algorithm, a bad nonce, two signatures or component parameters is refused by name", async () => {
    const headers = signed();
    const input = headers["signature-input"] ?? "";
    const replaced = (from: string, to: string) =>
      codeOf({ ...headers, "signature-input": input.replace(from, to) });
    expect(await replaced(';alg="ed25519"', "")).toBe("signature_incomplete");
    expect(await replaced('alg="ed25519"', 'alg="hmac-sha256"')).toBe("signature_incomplete");
    expect(await replaced('"content-digest"', '"content-digest";req')).toBe("signature_malformed");
    expect(await replaced('"@method"', '"@method" "@method"')).toBe("signature_malformed");
    expect(await codeOf(signed({ nonce: "short" }))).toBe("signature_malformed");
    expect(await codeOf({ ...headers, "signature-input": `${input}, sig2=("@method")` })).toBe(
      "signature_malformed",
    );
    const { signature: _, ...unsigned } = headers;
    expect(await codeOf(unsigned)).toBe("signature_missing");
  });

  test("any single flipped character in signature or input is never accepted", async () => {
    const headers = signed();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("signature", "signature-input"),
        fc.nat(),
        fc.integer({ min: 33, max: 126 }),
        async (name, at, code) => {
          const value = headers[name] ?? "";
          const place = at % value.length;
          const changed = value.slice(0, place) + String.fromCharCode(code) + value.slice(place + 1);
          fc.pre(changed !== value);
          const result = await codeOf({ ...headers, [name]: changed });
          // The label's name is not signed; renaming it in one header alone is a mismatch. Base64's last
          // character before "==" has four idle bits, which a strict reader may or may not look at.
          if (result === "ok")
            expect(Buffer.from(changed.slice(6, -1), "base64")).toEqual(
              Buffer.from(value.slice(6, -1), "base64"),
            );
        },
      ),
      { numRuns: 500 },
    );
  });

  test("a signature that names its own end is taken until then and no second longer", async () => {
    for (const [expires, expected] of [
      [NOW + 60, "ok"],
      [NOW, "ok"],
      [NOW - 1, "signature_expired"],
    ] as const) {
      expect(await codeOf(signed({ createdSeconds: NOW - 30, expiresSeconds: expires }))).toBe(expected);
    }
  });

  test("several signatures are refused in words that say what to send", async () => {
    const one = signed();
    const input = (one["signature-input"] ?? "").slice("sig1=".length);
    const bytes = (one.signature ?? "").slice("sig1=".length);
    const result = await verifyRequest(
      incoming(
        { ...one, signature: `a=${bytes}, b=${bytes}`, "signature-input": `a=${input}, b=${input}` },
        {},
        BODY,
      ),
      findKey,
      NOW,
    );
    expect(result.ok ? null : [result.problem.code, result.problem.detail]).toEqual([
      "signature_malformed",
      "The request carries several signatures; send exactly one.",
    ]);
  });

  test("random headers never throw", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string(), fc.string(), async (signature, input, digest) => {
        const result = await codeOf({ signature, "signature-input": input, "content-digest": digest });
        expect(result).not.toBe("ok");
      }),
    );
  });

  test("Content-Digest: sha-512 and several digests are understood, unknown ones do not count alone", () => {
    const body = Buffer.from(BODY);
    const digest = (name: string) => createHash(name).update(body).digest("base64");
    const check = (value: string) =>
      checkContentDigest({ fields: [{ name: "Content-Digest", value }], body })?.code ?? "ok";
    expect(check(`sha-512=:${digest("sha512")}:`)).toBe("ok");
    expect(check(`sha-256=:${digest("sha256")}:, sha-512=:${digest("sha512")}:`)).toBe("ok");
    expect(check(`sha-256=:${digest("sha256")}:, sha-512=:${digest("sha256")}:`)).toBe(
      "content_digest_invalid",
    );
    expect(check("md5=:1B2M2Y8AsgTpgAmY7PhCfg==:")).toBe("content_digest_invalid");
    expect(check("sha-256=abc")).toBe("content_digest_invalid");
    expect(checkContentDigest({ fields: [], body })?.code).toBe("content_digest_invalid");
  });
});
