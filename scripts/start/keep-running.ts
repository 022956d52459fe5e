/** Child processes that are started again when they die, and that end when we do. */
import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, existsSync, statSync } from "node:fs";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface ChildPlan {
  name: string;
  /** Arguments of Node. */
  args: string[];
  env: Record<string, string>;
}

export interface KeptChild {
  stop: () => Promise<void>;
  /** The last lines that it wrote, for a message about why it does not come up. */
  tail: () => string;
}

const LOG_LIMIT_BYTES = 10_000_000;
const STEADY_AFTER_MS = 30_000;
const LONGEST_PAUSE_MS = 10_000;
const GRACE_MS = 8_000;

export async function keepRunning(
  plan: ChildPlan,
  options: { root: string; logDir: string; say: (sentence: string) => void },
): Promise<KeptChild> {
  const file = join(options.logDir, `${plan.name}.log`);
  if (existsSync(file) && statSync(file).size > LOG_LIMIT_BYTES) await rename(file, `${file}.old`);
  const log = createWriteStream(file, { flags: "a", mode: 0o600 });
  log.on("error", () => {});
  let tail = "";
  let child: ChildProcess | undefined;
  const stopping = new AbortController();

  const run = async (): Promise<string> => {
    const started = spawn(
      process.execPath,
      ["--import", join(options.root, "scripts/start/leave-with-parent.mjs"), ...plan.args],
      { cwd: options.root, env: { ...process.env, ...plan.env }, stdio: ["ignore", "pipe", "pipe", "ipc"] },
    );
    child = started;
    for (const stream of [started.stdout, started.stderr])
      stream?.on("data", (chunk: Buffer) => {
        log.write(chunk);
        tail = (tail + chunk.toString()).slice(-3_000);
      });
    return await new Promise((resolve) => {
      started.once("error", (error) => resolve(error.message));
      started.once("exit", (code, signal) => resolve(signal ?? `code ${code}`));
    });
  };

  const loop = async () => {
    let deaths = 0;
    while (!stopping.signal.aborted) {
      const began = Date.now();
      const how = await run();
      if (stopping.signal.aborted) return;
      deaths = Date.now() - began > STEADY_AFTER_MS ? 1 : deaths + 1;
      const pauseMs = Math.min(LONGEST_PAUSE_MS, 100 * 2 ** (deaths - 1));
      // A part that dies over and over is told of now and then only.
      if (deaths <= 2 || deaths % 10 === 0)
        options.say(`The ${plan.name} ended (${how}) and is started again. Its log: ${file}`);
      await sleep(pauseMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };
  const ended = loop();

  return {
    tail: () => tail.trim(),
    stop: async () => {
      stopping.abort();
      child?.kill("SIGTERM");
      const timer = setTimeout(() => child?.kill("SIGKILL"), GRACE_MS);
      await ended;
      clearTimeout(timer);
      log.end();
    },
  };
}
