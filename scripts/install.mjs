/**
 * Runs before anything of the project is installed, on the Node that the machine has (20 or newer), and so is plain
 * JavaScript without a dependency: installs packages when they do not match the lock file, and finds the Node 24
 * that is one of them.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** @param {string} sentence @returns {never} */
export function giveUp(sentence) {
  process.stderr.write(`\n${sentence}\n`);
  process.exit(1);
}

/** Whether every package of the lock file that this platform wants is installed in its version. */
function isInstalled() {
  const installedFile = join(root, "node_modules/.package-lock.json");
  if (!existsSync(installedFile)) return false;
  try {
    const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
    const installed = JSON.parse(readFileSync(installedFile, "utf8")).packages;
    return Object.entries(wanted).every(
      ([path, entry]) =>
        path === "" ||
        entry.optional ||
        entry.peer ||
        installed[path]?.version === entry.version ||
        entry.link,
    );
  } catch {
    return false;
  }
}

async function install() {
  const began = Date.now();
  const seconds = () => Math.round((Date.now() - began) / 1000);
  const terminal = process.stdout.isTTY;
  process.stdout.write("Installing packages (once, about a minute) …\n");
  const timer = setInterval(
    () => process.stdout.write(terminal ? `\r  ${seconds()} s ` : `  still installing, ${seconds()} s\n`),
    terminal ? 1000 : 15_000,
  );
  const npm = process.env.npm_execpath;
  const viaNode = npm?.endsWith("js");
  const args = [
    "ci",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
    "--ignore-scripts=false",
    "--include=dev",
  ];
  const child = viaNode
    ? spawn(process.execPath, [npm, ...args], { cwd: root, stdio: ["ignore", "pipe", "pipe"] })
    : spawn("npm", args, {
        cwd: root,
        stdio: ["ignore", "pipe", "pipe"],
        shell: process.platform === "win32",
      });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      said = (said + chunk).slice(-8000);
    });
  const code = await new Promise((resolve) => {
    child.once("error", (error) => {
      said += error.message;
      resolve(1);
    });
    child.once("exit", resolve);
  });
  clearInterval(timer);
  if (code !== 0)
    giveUp(
      `${said.trim()}\n\nThe packages could not be installed. Check that npm reaches its registry and that this folder is writable, then run the command again.`,
    );
  process.stdout.write(`${terminal ? "\r" : ""}  installed in ${seconds()} s\n`);
}

/** The Node 24 among the packages; else the running Node, if it is new enough. */
function findNode() {
  const shipped = join(root, "node_modules/node/bin", process.platform === "win32" ? "node.exe" : "node");
  if (existsSync(shipped)) return shipped;
  if (Number(process.versions.node.split(".")[0]) >= 24) return process.execPath;
  return giveUp(
    "The package that brings Node 24 is not complete. Delete the folder node_modules and run the command again.",
  );
}

/** Gives the path of the Node to go on with. */
export async function prepare() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < 20)
    giveUp(
      `This needs Node 20 or newer; here is Node ${process.versions.node}. Install a newer one from https://nodejs.org.`,
    );
  if (!isInstalled()) await install();
  return findNode();
}

/** The processes above us as far as the system shows them: our parent and, on Linux, its parent. */
function findStarters() {
  try {
    const stat = readFileSync(`/proc/${process.ppid}/stat`, "utf8");
    return `${process.ppid} ${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]}`;
  } catch {
    return `${process.ppid}`;
  }
}

/**
 * Goes on in TypeScript under Node 24, in a process group of its own: Ctrl-C reaches it once, through us, and if we
 * are killed it notices by the closed channel. Ends with its exit code.
 * @param {string} script @param {string[]} args
 * @param {string} [afterKill] script that cleans up when the first one was killed
 */
export async function continueIn(script, args, afterKill) {
  const node = await prepare();
  const child = spawn(node, ["--import", "tsx", script, ...args], {
    cwd: root,
    detached: process.platform !== "win32",
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, PATH: `${join(root, "node_modules/.bin")}:${process.env.PATH ?? ""}` },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  // Under `npm start` npm is our parent, or the parent of the shell that is; when it is killed nobody tells us.
  const starters = findStarters();
  if (process.env.npm_lifecycle_event)
    setInterval(() => {
      if (findStarters() !== starters) child.kill("SIGTERM");
    }, 1000).unref();
  const [code, signal] = await new Promise((resolve) => {
    child.once("error", (error) => giveUp(`${node} could not be started: ${error.message}`));
    child.once("exit", (...how) => resolve(how));
  });
  if (signal && afterKill) spawnSync(node, ["--import", "tsx", afterKill, ...args], { cwd: root });
  return signal ? 1 : (code ?? 1);
}
