/**
 * `npm run test:faults`: kills gateway, worker, database, connections and clients under load, and checks that every
 * acknowledged payment is found exactly once. Bounded: some two minutes. `--seconds N` sets each scenario's length.
 */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { cutAfterCommit } from "./cut-after-commit";
import { judge, secondsUntilCleared } from "./judge";
import { Load } from "./load";
import { openSandbox, root, type Sandbox } from "./sandbox";

const CALLERS = 12;
const secondsAt = process.argv.indexOf("--seconds");
const seconds = secondsAt > 0 ? Number(process.argv[secondsAt + 1]) : 20;

const load = { all: [] as Load[] };
let passed = 0;
let failed = 0;

async function scenario(
  sandbox: Sandbox,
  name: string,
  work: (load: Load) => Promise<string>,
): Promise<void> {
  const started = Date.now();
  const mine = new Load(sandbox);
  load.all.push(mine);
  const running = mine.run(CALLERS);
  const said = await work(mine);
  mine.stop();
  await running;
  const wrong = await judge(
    sandbox.databaseUrl,
    load.all.flatMap((each) => each.asked),
  );
  const attempts = mine.asked.reduce((sum, message) => sum + message.attempts, 0);
  const took = ((Date.now() - started) / 1000).toFixed(0);
  report(
    name,
    wrong,
    `${said}; ${mine.asked.length} messages, ${attempts} attempts, all answered; ${took} s`,
  );
}

function report(name: string, wrong: readonly string[], facts: string): void {
  if (wrong.length === 0) passed++;
  else failed++;
  console.log(`${wrong.length === 0 ? "passed" : "FAILED"}  ${name}: ${facts}`);
  for (const sentence of wrong.slice(0, 10)) console.log(`        ${sentence}`);
}

async function killGatewayUnderLoad(sandbox: Sandbox): Promise<void> {
  await scenario(sandbox, "the gateway is killed again and again", async (running) => {
    let kills = 0;
    for (const until = Date.now() + seconds * 1000; Date.now() < until; kills++) {
      const before = running.acknowledged;
      while (running.acknowledged < before + 20 && Date.now() < until) await sleep(20);
      await sleep(Math.random() * 700);
      await sandbox.killGateway();
      await sandbox.startGateway();
    }
    return `${kills} kills`;
  });
}

async function killWorkerUnderLoad(sandbox: Sandbox): Promise<void> {
  await scenario(sandbox, "the worker is killed while it splits payments and closes windows", async () => {
    let kills = 0;
    for (const until = Date.now() + seconds * 1000; Date.now() < until; kills++) {
      await sleep(1_500 + Math.random() * 2_000);
      await sandbox.killWorker();
      sandbox.startWorker();
    }
    return `${kills} kills`;
  });
  const cleared = await secondsUntilCleared(sandbox.databaseUrl, 10);
  report(
    "clearing is empty within 10 s of quiet",
    cleared === null ? ["money still waits in clearing after 10 s"] : [],
    `${cleared?.toFixed(1)} s`,
  );
}

async function killPostgresUnderLoad(sandbox: Sandbox): Promise<void> {
  await scenario(sandbox, "the database is killed and recovers", async (running) => {
    let kills = 0;
    for (const until = Date.now() + seconds * 1000; Date.now() < until; kills++) {
      const before = running.acknowledged;
      while (running.acknowledged < before + 50 && Date.now() < until) await sleep(20);
      await sandbox.killPostgres();
      await sandbox.startPostgres();
    }
    return `${kills} kills`;
  });
}

async function cutConnections(sandbox: Sandbox): Promise<void> {
  const url = new URL(sandbox.databaseUrl);
  const cutter = await cutAfterCommit(Number(url.port), 0.05);
  url.port = String(cutter.port);
  await sandbox.killGateway();
  await sandbox.startGateway(url.toString());
  await scenario(sandbox, "connections are cut after COMMIT was sent", async () => {
    await sleep(seconds * 1000);
    return `${cutter.cuts()} cuts`;
  });
  await sandbox.killGateway();
  await cutter.close();
  await sandbox.startGateway();
}

/** The example client is killed between request and answer, and asks again when it is started anew. */
async function killClient(sandbox: Sandbox): Promise<void> {
  const device = sandbox.devices.at(-1);
  const wallet = sandbox.wallets[0];
  if (!device || !wallet) throw new Error("the sandbox is empty");
  const folder = await mkdtemp(join(tmpdir(), "purse-faults-"));
  const pem = join(folder, "key.pem");
  const state = join(folder, "state.json");
  await writeFile(pem, device.privateKey.export({ type: "pkcs8", format: "pem" }));
  const start = () =>
    spawn(
      process.execPath,
      [
        join(root, "docs/examples/device-client.mjs"),
        sandbox.gatewayUrl,
        device.keyId,
        pem,
        wallet,
        "1.00",
        "EUR",
        state,
      ],
      { stdio: "ignore" },
    );
  // How long a whole run takes here and now; kills fall around the time of the request.
  const began = Date.now();
  const first = start();
  await new Promise((resolve) => first.once("exit", resolve));
  const whole = Date.now() - began;
  let kills = 0;
  for (const until = Date.now() + seconds * 1000; Date.now() < until; ) {
    const client = start();
    const gone = new Promise((resolve) => client.once("exit", resolve));
    await sleep(whole * (0.6 + Math.random() * 0.5));
    if (client.exitCode === null && client.kill("SIGKILL")) kills++;
    await gone;
  }
  const last = start();
  await new Promise((resolve) => last.once("exit", resolve));
  const { sequence, open } = JSON.parse(await readFile(state, "utf8")) as { sequence: number; open: unknown };
  const database = new pg.Client({ connectionString: sandbox.databaseUrl });
  await database.connect();
  const { rows } = await database.query<{ count: string }>(
    "select count(*)::text as count from payment where device_id = $1",
    [device.uuid],
  );
  await database.end();
  await rm(folder, { recursive: true, force: true });
  const wrong = [];
  if (open !== null) wrong.push("a message is still open");
  if (Number(rows[0]?.count) !== sequence) wrong.push(`${sequence} messages, ${rows[0]?.count} payments`);
  report("the client is killed between request and answer", wrong, `${kills} kills; ${sequence} messages`);
}

const sandbox = await openSandbox({ devices: 9, wallets: 400 });
process.on("SIGINT", () => void sandbox.end().then(() => process.exit(130)));
try {
  await sandbox.startGateway();
  sandbox.startWorker();
  // The client's device is the last one; the load leaves it alone.
  const client = sandbox.devices.at(-1);
  sandbox.devices.pop();
  await killGatewayUnderLoad(sandbox);
  await killWorkerUnderLoad(sandbox);
  await killPostgresUnderLoad(sandbox);
  await cutConnections(sandbox);
  if (client) sandbox.devices.push(client);
  await killClient(sandbox);
} finally {
  await sandbox.end();
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
