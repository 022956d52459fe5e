/** Signs as a device does; for tests, benches and the example in the OpenAPI document. */
import { createHash, type KeyObject, randomBytes, sign } from "node:crypto";
import { createSignatureSync } from "http-message-sig";

export interface SignableRequest {
  method: string;
  targetUri: string;
  keyId: string;
  privateKey: KeyObject;
  body?: string | undefined;
  message?: { idempotencyKey: string; sequence: number | bigint } | undefined;
  nonce?: string | undefined;
  createdSeconds?: number | undefined;
  expiresSeconds?: number | undefined;
  components?: readonly string[] | undefined;
}

export function signRequest(request: SignableRequest): Record<string, string> {
  const headers: Record<string, string> = {};
  const components = ["@method", "@target-uri"];
  if (request.body !== undefined) {
    headers["content-type"] = "application/json";
    headers["content-digest"] = `sha-256=:${createHash("sha256").update(request.body).digest("base64")}:`;
    components.push("content-digest");
  }
  if (request.message) {
    headers["idempotency-key"] = `"${request.message.idempotencyKey}"`;
    headers["device-sequence"] = String(request.message.sequence);
    components.push("idempotency-key", "device-sequence");
  }
  const signed = createSignatureSync(
    {
      kind: "request",
      method: request.method,
      targetUri: request.targetUri,
      fields: Object.entries(headers).map(([name, value]) => ({ name, value })),
    },
    {
      label: "sig1",
      components: request.components ?? components,
      parameters: {
        created: request.createdSeconds ?? Math.floor(Date.now() / 1000),
        ...(request.expiresSeconds === undefined ? {} : { expires: request.expiresSeconds }),
        nonce: request.nonce ?? randomBytes(16).toString("base64url"),
        keyid: request.keyId,
        alg: "ed25519",
      },
      signer: { algorithm: "ed25519", sign: (data) => sign(null, data, request.privateKey) },
    },
  );
  return { ...headers, signature: signed.signature, "signature-input": signed.signatureInput };
}
