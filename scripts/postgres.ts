/** Starts and stops the embedded Postgres that npm brings; used by start, by the tests and by the benches. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findPlace, giveTo, PostgresError, type PostgresPlace } from "./postgres-place";

export interface RunningPostgres {
  url: string;
  port: number;
  place: PostgresPlace;
  /** Resolves when the server has ended, wanted or not. */
  exited: Promise<void>;
  stop: () => Promise<void>;
  /** Stops the server and deletes its data. */
  destroy: () => Promise<void>;
}

export async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === "object" ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}

/**
 * Brings up a server over `dataDir`, making it first if it is new. A server that an earlier run left behind over the
 * same data is stopped first. `fsync` and `synchronous_commit` stay at their defaults.
 */
export async function startPostgres(options: {
  dataDir: string;
  port?: number;
  password?: string;
  settings?: Record<string, string>;
  onLog?: (line: string) => void;
}): Promise<RunningPostgres> {
  const place = await findPlace(options.dataDir);
  const password = options.password ?? "purse";
  if (existsSync(join(place.dataDir, "PG_VERSION"))) await stopLeftOver(place.dataDir);
  else await initialise(place, password);
  const port = options.port ?? (await freePort());
  const settings: Record<string, string> = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    shared_buffers: "512MB",
    max_wal_size: "4GB",
    max_connections: "150",
    timezone: "UTC",
    ...options.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  // In a process group of its own, so that Ctrl-C in the terminal reaches it only after its users have ended.
  const child = spawn(
    join(place.native, "bin", "postgres"),
    ["-D", place.dataDir, "-p", `${port}`, ...flags],
    {
      ...place.identity,
      cwd: "/",
      detached: true,
      env: { ...process.env, LC_ALL: "C" },
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  const endWithUs = () => void child.kill("SIGINT");
  process.once("exit", endWithUs);
  void exited.then(() => process.off("exit", endWithUs));
  await readiness(child, exited, options.onLog ?? (() => {}));
  const stop = () => endServer(child, exited);
  return {
    url: `postgresql://purse:${password}@127.0.0.1:${port}/postgres`,
    port,
    place,
    exited,
    stop,
    destroy: async () => {
      await stop();
      await rm(place.dataDir, { recursive: true, force: true });
    },
  };
}

async function initialise(place: PostgresPlace, password: string): Promise<void> {
  // Made beside its final place and renamed when it is whole, so that an interrupted first start leaves no ruin.
  const half = `${place.dataDir}.new`;
  await rm(half, { recursive: true, force: true });
  await mkdir(dirname(place.dataDir), { recursive: true });
  await mkdir(half, { mode: 0o700 });
  await giveTo(half, place.identity);
  const passwordFile = join(tmpdir(), `purse-${randomBytes(8).toString("hex")}`);
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
  await chmod(passwordFile, 0o600);
  await giveTo(passwordFile, place.identity);
  try {
    const args = [
      `--pgdata=${half}`,
      "--username=purse",
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
    ];
    await new Promise<void>((resolve, reject) => {
      const child = spawn(join(place.native, "bin", "initdb"), args, {
        ...place.identity,
        cwd: "/",
        env: { ...process.env, LC_ALL: "C" },
        stdio: ["ignore", "ignore", "pipe"],
      });
      let said = "";
      child.stderr.on("data", (chunk: Buffer) => {
        said += chunk.toString();
      });
      child.once("error", reject);
      child.once("exit", (code) =>
        code === 0
          ? resolve()
          : reject(new PostgresError(`The database could not be made in ${place.dataDir}: ${said.trim()}`)),
      );
    });
    await rename(half, place.dataDir);
  } finally {
    await rm(passwordFile, { force: true });
    await rm(half, { recursive: true, force: true });
  }
}

/** Waits for the line that says that connections are accepted. */
async function readiness(
  child: ChildProcess,
  exited: Promise<void>,
  onLog: (line: string) => void,
): Promise<void> {
  let tail = "";
  const ready = new Promise<boolean>((resolve) => {
    child.stderr?.on("data", (chunk: Buffer) => {
      const text = chunk.toString();
      onLog(text);
      tail = (tail + text).slice(-4000);
      if (tail.includes("ready to accept connections")) resolve(true);
    });
  });
  let failure = "";
  child.once("error", (error) => {
    failure = error.message;
  });
  if (await Promise.race([ready, exited.then(() => false)])) return;
  throw new PostgresError(`Postgres did not start: ${failure || (tail.trim().split("\n").pop() ?? "")}`);
}

async function endServer(child: ChildProcess, exited: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGINT"); // "fast" shutdown: ends sessions, writes a checkpoint
  const ended = await Promise.race([exited.then(() => true), sleep(20_000, false, { ref: false })]);
  if (!ended) child.kill("SIGQUIT");
  await exited;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Whether process `pid` is a Postgres over `dataDir`, as far as the system lets us see; elsewhere we trust the file. */
function isPostgresOver(pid: number, dataDir: string): boolean {
  if (process.platform !== "linux") return true;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").includes(dataDir);
  } catch {
    return false;
  }
}

/** Ends and deletes what killed runs left in `folder`: data folders named by `prefix` and the process id of their run. */
export async function clearAbandoned(folder: string, prefix: string): Promise<void> {
  const names = existsSync(folder) ? await readdir(folder) : [];
  for (const name of names.filter((each) => each.startsWith(prefix))) {
    const pid = Number(name.slice(prefix.length));
    if (!Number.isInteger(pid) || isAlive(pid)) continue;
    for (const inside of [name, join(name, "postgres")]) {
      const { dataDir } = await findPlace(join(folder, inside));
      await stopLeftOver(dataDir);
      if (dataDir !== join(folder, inside)) await rm(dataDir, { recursive: true, force: true });
    }
    await rm(join(folder, name), { recursive: true, force: true });
  }
}

/**
 * Ends a server that was orphaned by a killed run, found by the process id that it wrote into its own folder.
 * A lock file whose process id now belongs to somebody else is deleted; any other is left to Postgres to judge.
 */
export async function stopLeftOver(dataDir: string): Promise<boolean> {
  const file = join(dataDir, "postmaster.pid");
  if (!existsSync(file)) return false;
  const pid = Number((await readFile(file, "utf8")).split("\n")[0]);
  if (!Number.isInteger(pid) || pid <= 1 || !isAlive(pid)) return false;
  if (!isPostgresOver(pid, dataDir)) {
    await rm(file, { force: true });
    return false;
  }
  process.kill(pid, "SIGINT");
  for (let waited = 0; isAlive(pid); waited += 50) {
    if (waited === 20_000) process.kill(pid, "SIGQUIT");
    if (waited > 30_000)
      throw new PostgresError(
        `Another Postgres (process ${pid}) still uses ${dataDir}. End it and try again.`,
      );
    await sleep(50);
  }
  return true;
}
