/** The folder that holds the database, the secrets and the logs of one installation. */
import { createHash, randomBytes } from "node:crypto";
import { accessSync, constants, existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createConnection, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Login } from "@/server/platform/login";
import { Failure } from "./failure";

export interface Secrets {
  nextauthSecret: string;
  /** Of the embedded server's owner, who applies migrations. */
  databasePassword: string;
  /** As whom the processes of this installation log in. */
  login: Login;
}

export async function openDataFolder(dataDir: string): Promise<void> {
  try {
    await makeFolder(join(dataDir, "logs"));
    await closeToOthers(dataDir);
    if (!(await stat(dataDir)).isDirectory()) throw new Error("it is not a folder");
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
    const probe = join(dataDir, `.probe-${process.pid}`);
    await writeFile(probe, "", { mode: 0o600 });
    await rm(probe);
  } catch (error) {
    throw new Failure(
      `The data folder ${dataDir} cannot be used (${reason(error)}). Make it writable for you, or choose another: npm start -- --data DIR`,
    );
  }
}

/**
 * What lies in the folder is for its owner alone, also where an earlier start made it readable. Started by root, others
 * may pass through to what is theirs (the database runs as another user) and read nothing.
 */
async function closeToOthers(dataDir: string): Promise<void> {
  if (process.platform === "win32") return;
  await chmod(dataDir, process.getuid?.() === 0 ? 0o711 : 0o700);
  await chmod(join(dataDir, "logs"), 0o700);
  for (const folder of [dataDir, join(dataDir, "logs")]) {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.isFile()) await chmod(join(folder, entry.name), 0o600);
    }
  }
}

/** Node's own recursive mkdir never returns in places such as /proc. */
async function makeFolder(path: string): Promise<void> {
  if (existsSync(path)) return;
  if (dirname(path) !== path) await makeFolder(dirname(path));
  await mkdir(path, { mode: 0o755 });
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? String(error.code) : "";
  const known: Record<string, string> = {
    EACCES: "it may not be written",
    EPERM: "it may not be written",
    EROFS: "the file system is read-only",
    ENOENT: "it cannot be made there",
    ENOTDIR: "a part of its path is a file",
    EEXIST: "there is a file of that name",
    ENOSPC: "the disk is full",
  };
  return known[code] ?? error.message;
}

export async function readSecrets(dataDir: string): Promise<Secrets> {
  const file = join(dataDir, "secrets.json");
  if (!existsSync(file)) {
    return await writeSecrets(file, {
      nextauthSecret: randomBytes(32).toString("base64url"),
      databasePassword: randomBytes(18).toString("base64url"),
      login: newLogin(),
    });
  }
  let known: Partial<Secrets>;
  try {
    known = JSON.parse(await readFile(file, "utf8")) as Partial<Secrets>;
  } catch {
    known = {};
  }
  const { nextauthSecret, databasePassword, login } = known;
  if (!nextauthSecret || !databasePassword)
    throw new Failure(
      `${file} is damaged. Restore it from a backup, or choose another data folder: npm start -- --data DIR`,
    );
  if (login) return { nextauthSecret, databasePassword, login };
  // A folder from before there was such a login.
  return await writeSecrets(file, { nextauthSecret, databasePassword, login: newLogin() });
}

/** Each installation has a login of its own, so that two on one server do not change each other's password. */
function newLogin(): Login {
  return {
    name: `purse_login_${randomBytes(4).toString("hex")}`,
    password: randomBytes(24).toString("base64url"),
  };
}

async function writeSecrets(file: string, secrets: Secrets): Promise<Secrets> {
  const half = `${file}.new`;
  await writeFile(half, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  await chmod(half, 0o600);
  await rename(half, file);
  return secrets;
}

/**
 * Makes sure that one start at a time uses the folder. Whoever listens on the socket holds it; a killed process
 * leaves a socket that nobody answers, which says more than a process id in a file.
 */
export async function claimDataFolder(dataDir: string, webUrl: string): Promise<Server> {
  const name = createHash("sha256").update(dataDir).digest("hex").slice(0, 20);
  const path =
    process.platform === "win32" ? `\\\\.\\pipe\\purse-${name}` : join(tmpdir(), `purse-${name}.sock`);
  const holder = await askHolder(path);
  if (holder !== null)
    throw new Failure(
      `This data folder is in use by a start that already runs${holder ? ` (${holder})` : ""}. Use that one, end it, or choose another folder: npm start -- --data DIR --port N`,
    );
  if (process.platform !== "win32") await rm(path, { force: true });
  const server = createServer((socket) =>
    socket.on("error", () => {}).end(`process ${process.pid}, ${webUrl}`),
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
  server.unref();
  return server;
}

async function askHolder(path: string): Promise<string | null> {
  return await new Promise((resolve) => {
    let said = "";
    const socket = createConnection(path);
    socket.setTimeout(2_000, () => {
      socket.destroy();
      resolve(said);
    });
    socket.on("data", (chunk) => {
      said += chunk.toString();
    });
    socket.once("end", () => resolve(said));
    socket.once("error", () => resolve(null));
  });
}
