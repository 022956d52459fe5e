// A device that pays: node device-client.mjs GATEWAY KEY_ID PRIVATE_KEY.pem TOKEN AMOUNT CURRENCY [STATE_FILE]
// Needs nothing but Node. Its counter and the messages without an answer live in STATE_FILE (device-state.json): killed,
// or without a network for a while, it sends them again under their own keys and numbers, the oldest first.
import { createHash, createPrivateKey, randomBytes, randomUUID, sign } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const [gateway, keyId, pemFile, token, amount, currency, stateFile = "device-state.json"] =
  process.argv.slice(2);
const privateKey = createPrivateKey(readFileSync(pemFile));
let clockOffset = 0;

function signed(method, url, body, message) {
  const covered = { "@method": method, "@target-uri": url };
  if (body !== undefined) {
    covered["content-digest"] = `sha-256=:${createHash("sha256").update(body).digest("base64")}:`;
  }
  if (message) {
    covered["idempotency-key"] = `"${message.key}"`;
    covered["device-sequence"] = String(message.sequence);
  }
  const created = Math.floor((Date.now() + clockOffset) / 1000);
  const names = Object.keys(covered).map((name) => `"${name}"`);
  const nonce = randomBytes(12).toString("base64url");
  const params = `(${names.join(" ")});created=${created};nonce="${nonce}";keyid="${keyId}";alg="ed25519"`;
  const base = Object.entries(covered).map(([name, value]) => `"${name}": ${value}`);
  const text = [...base, `"@signature-params": ${params}`].join("\n");
  const signature = sign(null, Buffer.from(text), privateKey).toString("base64");
  const { "@method": _, "@target-uri": __, ...fields } = covered;
  const proof = { "signature-input": `sig1=${params}`, signature: `sig1=:${signature}:` };
  return { ...(body === undefined ? {} : { "content-type": "application/json" }), ...fields, ...proof };
}

// Asks until there is an answer that counts. Time and nonce are new in every repeat, the message stays as it is.
async function ask(method, path, body, message) {
  const url = `${gateway}${path}`;
  for (let wait = 500; ; wait = Math.min(wait * 2, 30_000)) {
    const headers = signed(method, url, body, message);
    const response = await fetch(url, { method, body, headers }).catch(() => null);
    const answer = response && (await response.json().catch(() => null));
    if (answer?.code === "clock_skew") clockOffset = Date.parse(response.headers.get("date")) - Date.now();
    if (answer?.retry === "anew") continue;
    if (answer && answer.retry !== "later") return { ...answer, status: response.status };
    await sleep(Math.max(wait, 1000 * Number(response?.headers.get("retry-after") ?? 0)));
  }
}

// A device that lost its counter, or never had one, asks where its numbers stand.
let state;
if (existsSync(stateFile)) state = JSON.parse(readFileSync(stateFile, "utf8"));
else state = { sequence: (await ask("GET", "/v1/device")).highestSequence, open: [] };

function remember() {
  writeFileSync(`${stateFile}.next`, JSON.stringify(state));
  renameSync(`${stateFile}.next`, stateFile);
}

// Write the message down before it is sent.
const payment = JSON.stringify({ amount: { amount, currency }, instrument: { token }, capture: true });
state.open.push({ key: randomUUID(), sequence: ++state.sequence, body: payment });
remember();

while (state.open.length > 0) {
  const [oldest] = state.open;
  const answer = await ask("POST", "/v1/payments", oldest.body, oldest);
  if (answer.code === "sequence_too_old" && answer.done === false) {
    // It waited for too long behind newer ones, and was certainly not done: it becomes a new message.
    state.sequence = Math.max(state.sequence, answer.highestSequence);
    state.open[0] = { key: randomUUID(), sequence: ++state.sequence, body: oldest.body };
  } else {
    process.stdout.write(`${JSON.stringify(answer)}\n`);
    state.open.shift();
  }
  remember();
}
