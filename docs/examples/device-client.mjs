// A device that pays once: node device-client.mjs GATEWAY KEY_ID PRIVATE_KEY.pem TOKEN AMOUNT CURRENCY
// Needs nothing but Node. Its number and open message live in device-state.json: killed, it asks again.
import { createHash, createPrivateKey, randomBytes, randomUUID, sign } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const [gateway, keyId, pemFile, token, amount, currency, stateFile = "device-state.json"] =
  process.argv.slice(2);
const privateKey = createPrivateKey(readFileSync(pemFile));
let state = { sequence: 0, open: null };
if (existsSync(stateFile)) state = JSON.parse(readFileSync(stateFile, "utf8"));
let clockOffset = 0;

function remember() {
  writeFileSync(`${stateFile}.next`, JSON.stringify(state));
  renameSync(`${stateFile}.next`, stateFile);
}

function signed(method, url, body, message) {
  const digest = `sha-256=:${createHash("sha256").update(body).digest("base64")}:`;
  const covered = {
    "@method": method,
    "@target-uri": url,
    "content-digest": digest,
    "idempotency-key": `"${message.key}"`,
    "device-sequence": String(message.sequence),
  };
  const created = Math.floor((Date.now() + clockOffset) / 1000);
  const names = Object.keys(covered).map((name) => `"${name}"`);
  const nonce = randomBytes(12).toString("base64url");
  const params = `(${names.join(" ")});created=${created};nonce="${nonce}";keyid="${keyId}";alg="ed25519"`;
  const base = Object.entries(covered).map(([name, value]) => `"${name}": ${value}`);
  const text = [...base, `"@signature-params": ${params}`].join("\n");
  const signature = sign(null, Buffer.from(text), privateKey).toString("base64");
  const { "@method": _, "@target-uri": __, ...fields } = covered;
  const proof = { "signature-input": `sig1=${params}`, signature: `sig1=:${signature}:` };
  return { "content-type": "application/json", ...fields, ...proof };
}

// Write the message down before it is sent; a message that an earlier run left open goes first.
if (!state.open) {
  const body = JSON.stringify({ amount: { amount, currency }, instrument: { token }, capture: true });
  state.open = { key: randomUUID(), sequence: ++state.sequence, body };
  remember();
}
for (let wait = 500; ; wait = Math.min(wait * 2, 30_000)) {
  const url = `${gateway}/v1/payments`;
  const { body } = state.open;
  const headers = signed("POST", url, body, state.open);
  const response = await fetch(url, { method: "POST", body, headers }).catch(() => null);
  const answer = response && (await response.json().catch(() => null));
  if (answer?.code === "clock_skew") clockOffset = Date.parse(response.headers.get("date")) - Date.now();
  else if (answer && ![429, 500, 503].includes(response.status)) {
    process.stdout.write(`${JSON.stringify({ status: response.status, ...answer })}\n`);
    state.open = null;
    remember();
    break;
  }
  await sleep(Math.max(wait, 1000 * Number(response?.headers.get("retry-after") ?? 0)));
}
