/** The part of the OpenAPI document's text that lets somebody write a client from it alone, with an example to test by. */
import { createPrivateKey } from "node:crypto";
import { CLOCK_SKEW_SECONDS, SEQUENCE_WINDOW } from "@/server/devices/constants";
import { PROBLEM_CODES, PROBLEMS, type ProblemCode } from "./errors";
import { signRequest } from "./sign-request";

/** Made for this text alone; no device has it. */
const EXAMPLE_SEED = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const EXAMPLE_BODY =
  '{"amount":{"amount":"2.75","currency":"EUR"},"instrument":{"token":"wallet_0932"},"capture":true}';

export function exampleKey() {
  const prefix = Buffer.from("302e020100300506032b657004220420", "hex");
  return createPrivateKey({
    key: Buffer.concat([prefix, Buffer.from(EXAMPLE_SEED, "hex")]),
    format: "der",
    type: "pkcs8",
  });
}

export function signedExample(publicUrl: string) {
  const targetUri = `${publicUrl}/v1/payments`;
  const headers = signRequest({
    method: "POST",
    targetUri,
    keyId: "cred_01jx3k5v8qf7tt9m2r6c4h0b1e",
    privateKey: exampleKey(),
    body: EXAMPLE_BODY,
    message: { idempotencyKey: "meter-17-000001042", sequence: 1042 },
    nonce: "c2lnbmVkLW9uY2U",
    createdSeconds: 1_780_000_000,
  });
  const input = (headers["signature-input"] ?? "").slice("sig1=".length);
  const base = [
    '"@method": POST',
    `"@target-uri": ${targetUri}`,
    `"content-digest": ${headers["content-digest"]}`,
    `"idempotency-key": ${headers["idempotency-key"]}`,
    `"device-sequence": ${headers["device-sequence"]}`,
    `"@signature-params": ${input}`,
  ].join("\n");
  return { targetUri, headers, base, body: EXAMPLE_BODY };
}

/** A row of the table of problems, here and in docs/device-api.md. */
export function describeProblem(code: ProblemCode): string {
  const { status, retry, title, action } = PROBLEMS[code];
  return `| \`${code}\` | ${status} | ${retry} | ${title} | ${action} |`;
}

export function describeSigning(publicUrl: string): string {
  const { headers, base, body } = signedExample(publicUrl);
  const name = (field: string) => field.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
  const lines = Object.entries(headers).map(([field, value]) => `${name(field)}: ${value}`);
  return `Devices ask for payments here. Every request of a device is signed with its Ed25519 key.

## Signing
1. Serialise the body as JSON once; send exactly these bytes. \`Content-Digest\` is \`sha-256=:\` + base64 of their SHA-256 + \`:\`. Without a body the field is left out.
2. Write the signature base: one line for each covered component, then the line of the parameters, joined with single line feeds (no line feed at the end). Cover \`@method\`, \`@target-uri\` (the whole address as this document's server names it, whatever proxies make of it; \`@authority\`, \`@path\` and, with a query, \`@query\` may take its place), \`content-digest\` when there is a body and, for every POST, \`idempotency-key\` and \`device-sequence\`.
3. Parameters: \`created\` (seconds since 1970, at most ${CLOCK_SKEW_SECONDS} s off), \`expires\` if you like (seconds since 1970; a request that arrives later is refused with \`signature_expired\`), \`keyid\` (the credential's id, \`cred_…\`), \`nonce\` (8 to 64 visible ASCII characters, new for every request, repeats too), \`alg="ed25519"\`.
4. Sign the base's bytes. Send \`Signature-Input: sig1=\` + the parameters' value, and \`Signature: sig1=:\` + base64 of the 64 bytes + \`:\`. One signature per request.

An example to test by. The private key is the seed \`${EXAMPLE_SEED}\` (hexadecimal); the gateway does not know it. The signature base:

\`\`\`
${base}
\`\`\`

and the request:

\`\`\`
POST /v1/payments HTTP/1.1
${lines.join("\n")}

${body}
\`\`\`

## Repeating
A device gives every message that changes something a new \`Idempotency-Key\` and the next \`Device-Sequence\`, writes both down before it sends, and repeats the message with the same key, number and body, under a new nonce and time, until it has an answer whose \`retry\` is not \`later\` or \`anew\`. The same key and body get the first answer, with \`Idempotency-Replayed: true\`; the same key with another body, or with another number, is \`idempotency_key_reused\`; a number under another key is \`sequence_reused\`. Messages may arrive late and out of order, but a new one no more than ${SEQUENCE_WINDOW} numbers behind the highest: at N, N-${SEQUENCE_WINDOW} is taken and N-${SEQUENCE_WINDOW + 1n} is \`sequence_too_old\`. A refusal with \`"done": false\` says that the message was not done and may be given a new key and number; a device that lost count asks \`GET /v1/device\`. Wait longer after every failure, at least as long as \`Retry-After\` says.

## Amounts
Decimal strings in major units with their currency, never JSON numbers. Card numbers are refused wherever they stand in a request; send tokens.

## Problems
Everything else than an answer is \`application/problem+json\` (RFC 9457) with one of these codes:

| code | status | retry | meaning | what to do |
|---|---|---|---|---|
${PROBLEM_CODES.map(describeProblem).join("\n")}
`;
}
