/**
 * The example client is killed after it wrote its message down and before it noted the answer. Started anew, it asks
 * again; in the end each message is one payment, also those that were done when nobody was left to hear it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { watch } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { root, type Sandbox } from "./sandbox";

interface State {
  sequence: number;
  open: unknown;
}

export async function killClient(
  sandbox: Sandbox,
  seconds: number,
): Promise<{ wrong: string[]; facts: string }> {
  const device = sandbox.devices.at(-1);
  const wallet = sandbox.wallets[0];
  if (!device || !wallet) throw new Error("the sandbox is empty");
  const folder = await mkdtemp(join(tmpdir(), "purse-faults-"));
  const pem = join(folder, "key.pem");
  const stateFile = join(folder, "state.json");
  await writeFile(pem, device.privateKey.export({ type: "pkcs8", format: "pem" }));
  const database = new pg.Client({ connectionString: sandbox.databaseUrl });
  await database.connect();
  const payments = async () => {
    const { rows } = await database.query<{ count: number }>(
      "select count(*)::integer as count from payment where device_id = $1",
      [device.uuid],
    );
    return rows[0]?.count ?? 0;
  };
  const state = async () => JSON.parse(await readFile(stateFile, "utf8")) as State;
  const client = join(root, "docs/examples/device-client.mjs");
  const start = () =>
    spawn(
      process.execPath,
      [client, sandbox.gatewayUrl, device.keyId, pem, wallet, "1.00", "EUR", stateFile],
      { stdio: "ignore" },
    );

  // The longest wait before the kill, in milliseconds: longer while no answer was there yet, shorter once one was.
  let patience = 100;
  let unanswered = 0;
  let unheard = 0;
  try {
    await finished(start());
    for (const until = Date.now() + seconds * 1000; Date.now() < until; ) {
      const running = start();
      await written(folder, running);
      await sleep(Math.random() * patience);
      running.kill("SIGKILL");
      await finished(running);
      const { open, sequence } = await state();
      if (open === null) {
        patience = Math.max(10, patience * 0.8);
        continue;
      }
      unanswered++;
      patience *= 1.15;
      // What the gateway had in hand when the client died may be done a moment later.
      await sleep(300);
      if ((await payments()) === sequence) unheard++;
      await finished(start());
    }
    const { open, sequence } = await state();
    const wrong = [];
    if (open !== null) wrong.push("a message is still open");
    if ((await payments()) !== sequence) wrong.push(`${sequence} messages, ${await payments()} payments`);
    if (unheard === 0) wrong.push("no client was killed while its payment was done: nothing was shown");
    return {
      wrong,
      facts: `${unanswered} kills without an answer, ${unheard} of them with the payment done; ${sequence} messages`,
    };
  } finally {
    await database.end();
    await rm(folder, { recursive: true, force: true });
  }
}

const finished = (child: ChildProcess) =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise((resolve) => child.once("exit", resolve));

/** Waits until the client has written its message down, which it does just before it sends it. */
async function written(folder: string, running: ChildProcess): Promise<void> {
  await new Promise<void>((resolve) => {
    const watcher = watch(folder, (_event, name) => {
      if (name === "state.json") done();
    });
    const done = () => {
      watcher.close();
      resolve();
    };
    running.once("exit", done);
  });
}
