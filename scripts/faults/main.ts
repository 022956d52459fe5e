/**
 * `npm run test:faults`: kills gateway, worker, database, connections and clients under load, and checks that every
 * acknowledged effect is found exactly once. Bounded: some two minutes, see README.md beside it. `--seconds N` sets each scenario's length.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { cutAfterCommit } from "./cut-after-commit";
import { judge, secondsUntilCleared } from "./judge";
import { killClient } from "./kill-client";
import { Load } from "./load";
import { openSandbox, type Sandbox } from "./sandbox";

const CALLERS = 12;
const LIMIT_MINUTES = 14;
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
  const url = new URL(sandbox.loginUrl);
  const cutter = await cutAfterCommit(Number(url.port), 0.05);
  url.port = String(cutter.port);
  await sandbox.killGateway();
  await sandbox.startGateway(url.toString());
  await scenario(sandbox, "connections are cut after COMMIT was sent", async () => {
    await sleep(seconds * 1000);
    const { commits, calls } = cutter.cuts();
    return `${commits} after COMMIT, ${calls} after the one call that commits authorisations`;
  });
  const { commits, calls } = cutter.cuts();
  if (commits === 0 || calls === 0) {
    report(
      "connections were cut after each kind of commit",
      [`${commits} and ${calls} cuts`],
      "nothing was shown",
    );
  }
  await sandbox.killGateway();
  await cutter.close();
  await sandbox.startGateway();
}

const sandbox = await openSandbox({ devices: 9, wallets: 400 });
process.on("SIGINT", () => void sandbox.end().then(() => process.exit(130)));
setTimeout(() => {
  console.log(`FAILED  not done within ${LIMIT_MINUTES} minutes`);
  void sandbox.end().then(() => process.exit(1));
}, LIMIT_MINUTES * 60_000).unref();
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
  const { wrong, facts } = await killClient(sandbox, seconds);
  report("the client is killed between request and answer", wrong, facts);
} finally {
  await sandbox.end();
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
