/** Signs requests as docs/device-api.md says, with nothing but Node's own crypto. */
import { createHash, type KeyObject, randomBytes, sign } from "node:crypto";

export interface Signable {
  method: "GET" | "POST";
  url: string;
  keyId: string;
  privateKey: KeyObject;
  body: string | null;
  message: { key: string; sequence: number } | null;
  createdSeconds: number;
  nonce?: string;
}

export function signedHeaders(request: Signable): Record<string, string> {
  const headers: Record<string, string> = {};
  const covered: [name: string, value: string][] = [
    ["@method", request.method],
    ["@target-uri", request.url],
  ];
  const cover = (name: string, value: string) => {
    headers[name] = value;
    covered.push([name, value]);
  };
  if (request.body !== null) {
    headers["content-type"] = "application/json";
    cover("content-digest", `sha-256=:${createHash("sha256").update(request.body).digest("base64")}:`);
  }
  if (request.message) {
    cover("idempotency-key", `"${request.message.key}"`);
    cover("device-sequence", String(request.message.sequence));
  }
  const nonce = request.nonce ?? randomBytes(12).toString("base64url");
  const names = covered.map(([name]) => `"${name}"`).join(" ");
  const parameters = `(${names});created=${request.createdSeconds};nonce="${nonce}";keyid="${request.keyId}";alg="ed25519"`;
  const base = [
    ...covered.map(([name, value]) => `"${name}": ${value}`),
    `"@signature-params": ${parameters}`,
  ];
  const signature = sign(null, Buffer.from(base.join("\n")), request.privateKey).toString("base64");
  return { ...headers, "signature-input": `sig1=${parameters}`, signature: `sig1=:${signature}:` };
}
