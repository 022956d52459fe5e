/** The clients in docs/examples make payments against the real gateway, each in a process of its own. */
import { execFile } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addCredential } from "@/server/devices/service";
import { addWallet, createWorld, type TestWorld } from "@/server/payments/testing";
import { withScope } from "@/server/platform/db";
import { toPublicId } from "@/server/platform/ids";
import { mintSystemScope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
import { buildGateway } from "./gateway";

useTestDatabase();
const run = promisify(execFile);
const examples = join(import.meta.dirname, "../../docs/examples");
const gateway = buildGateway({ publicUrl: "http://localhost:1" });
let world: TestWorld;
let folder = "";
let args: string[] = [];

beforeAll(async () => {
  const address = await gateway.app.listen({ host: "127.0.0.1", port: 0 });
  world = await createWorld();
  const pair = generateKeyPairSync("ed25519");
  const publicKey = pair.publicKey.export({ type: "spki", format: "pem" }).toString();
  const { credentialId } = await addCredential(world.operator, { deviceId: world.deviceId, publicKey });
  folder = await mkdtemp(join(tmpdir(), "purse-example-"));
  const pem = join(folder, "key.pem");
  await writeFile(pem, pair.privateKey.export({ type: "pkcs8", format: "pem" }));
  const { token } = await addWallet(world, 50_000_000n);
  args = [address, toPublicId("credential", credentialId), pem, token, "2.75", "EUR"];
});
afterAll(async () => {
  await gateway.app.close();
  await rm(folder, { recursive: true, force: true });
});

async function states(): Promise<string[]> {
  const { rows } = await withScope(mintSystemScope("test"), (tx) =>
    tx.query<{ state: string }>("select state from payment where merchant_id = $1 order by id", [
      world.merchantId,
    ]),
  );
  return rows.map((row) => row.state);
}

// Where Go is installed this runs too when asked for, PURSE_TEST_GO=1: compiling its library takes a minute on a small
// machine, and the project promises to need nothing but Node.
const testWithGo = process.env.PURSE_TEST_GO === "1" ? test : () => undefined;

describe("a client of docs/examples", () => {
  test("in JavaScript pays, and repeats what earlier runs left open under its own key and number", async () => {
    const client = join(examples, "device-client.mjs");
    const state = join(folder, "state.json");
    const pay = async () => {
      const { stdout } = await run(process.execPath, [client, ...args, state]);
      return stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    };
    expect(await pay()).toMatchObject([{ status: 201, state: "captured" }]);
    const open = [2, 3].map((sequence) => ({
      key: `left-open-${sequence}`,
      sequence,
      body: JSON.stringify({
        amount: { amount: "1.00", currency: "EUR" },
        instrument: { token: args[3] },
        capture: true,
      }),
    }));
    await writeFile(state, JSON.stringify({ sequence: 3, open }));
    const first = await pay();
    expect(first.map(({ amount }) => amount)).toMatchObject([
      { amount: "1.00" },
      { amount: "1.00" },
      { amount: "2.75" },
    ]);
    // The answers were lost: the same messages get the same answers, and the new one the next number.
    await writeFile(state, JSON.stringify({ sequence: 4, open }));
    const again = await pay();
    expect(again.slice(0, 2)).toEqual(first.slice(0, 2));
    expect(await states()).toEqual(["captured", "captured", "captured", "captured", "captured"]);
  });

  test("in JavaScript goes on when its counter is lost, and gives a message that fell behind a new number", async () => {
    const client = join(examples, "device-client.mjs");
    const before = (await states()).length;
    const state = join(folder, "lost.json");
    await run(process.execPath, [client, ...args, state]);
    const { sequence } = JSON.parse(await readFile(state, "utf8")) as { sequence: number };
    expect(sequence).toBeGreaterThan(5);
    const body = JSON.stringify({
      amount: { amount: "1.50", currency: "EUR" },
      instrument: { token: args[3] },
      capture: true,
    });
    const far = { key: "far-ahead", sequence: sequence + 5_000, body };
    await writeFile(state, JSON.stringify({ sequence, open: [far] }));
    await run(process.execPath, [client, ...args, state]);
    const behind = { key: "fell-behind", sequence: sequence + 100, body };
    await writeFile(state, JSON.stringify({ sequence: sequence + 100, open: [behind] }));
    const { stdout } = await run(process.execPath, [client, ...args, state]);
    for (const line of stdout.trim().split("\n")) expect(JSON.parse(line).id).toMatch(/^pay_/);
    expect((await states()).length - before).toBe(5);
  });

  testWithGo(
    "in Go, with its standard library, authorises, repeats, captures and reads",
    async () => {
      const before = (await states()).length;
      const { stdout } = await run("go", ["run", join(examples, "device_client.go"), ...args]);
      expect(stdout.trim().split("\n").at(-1)).toContain('"state":"captured"');
      expect((await states()).slice(before)).toEqual(["captured"]);
    },
    300_000,
  );
});
