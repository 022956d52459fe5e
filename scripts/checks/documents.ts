/**
 * Holds the documents against the repository: every path that one names in backticks or links to exists, the example
 * environment names exactly the variables that are read, and nothing names a path of somebody's machine.
 */
import { execFileSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";

const root = join(import.meta.dirname, "../..");
const problems: string[] = [];
let checked = 0;

const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((path) => path !== "" && existsSync(join(root, path)));
const topLevel = new Set(tracked.map((path) => path.split("/")[0] ?? path));
/** Made at run time or by a build; documents may speak of them. */
const MADE = /^(\.purse|\.next|node_modules|generated|test-results|playwright-report)(\/|$)/;

function exists(path: string): boolean {
  if (MADE.test(path)) return true;
  const pattern = path.replace(/\/$/, "");
  if (/[*<{]/.test(pattern)) {
    const expression = new RegExp(
      `^${pattern
        .replace(/[.+?^$()|[\]\\]/g, "\\$&")
        .replace(/\{([^}]*)\}/g, (_all, names: string) => `(${names.replaceAll(",", "|")})`)
        .replace(/<[^>]+>/g, "[^/]+")
        .replace(/\*\*\/?/g, "§")
        .replace(/\*/g, "[^/]*")
        .replace(/§/g, ".*")}(/|$)`,
    );
    return tracked.some((each) => expression.test(each));
  }
  return existsSync(join(root, pattern));
}

/** A word in backticks counts as a path when it starts with a top-level name of the repository and has a slash or suffix. */
function namedPaths(text: string): string[] {
  const found: string[] = [];
  for (const match of text.matchAll(/`([^`\n]+)`/g))
    for (const word of (match[1] ?? "").split(/[\s,;]+/)) {
      const path = word
        .replace(/[:.]+$/, "")
        .replace(/:\d+(-\d+)?$/, "")
        .replace(/^\.\//, "");
      const first = path.split("/")[0] ?? "";
      if (!/^[\w.@[\]()<>{},*/-]+$/.test(path) || path.startsWith("/")) continue;
      if (topLevel.has(first) && (path.includes("/") || /\.\w+$/.test(first))) found.push(path);
    }
  return found;
}

async function checkDocument(document: string): Promise<void> {
  const text = await readFile(join(root, document), "utf8");
  for (const path of namedPaths(text)) {
    checked++;
    if (!exists(path) && !exists(join(dirname(document), path)))
      problems.push(`${document} names ${path}, which does not exist.`);
  }
  for (const match of text.matchAll(/\]\(([^)\s]+)(?:\s"[^"]*")?\)/g)) {
    const target = (match[1] ?? "").split("#")[0] ?? "";
    if (target === "" || /^[a-z]+:/.test(target)) continue;
    checked++;
    const path = normalize(join(dirname(document), decodeURI(target)));
    if (!exists(path)) problems.push(`${document} links to ${target}, which does not exist.`);
  }
  for (const match of text.matchAll(/\bnpm run (?:-s |--silent )?([\w:]+)/g)) {
    checked++;
    if (match[1] && !scripts.has(match[1]))
      problems.push(`${document} names npm run ${match[1]}, which package.json does not have.`);
  }
}

const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};
const scripts = new Set(Object.keys(manifest.scripts));
for (const document of tracked.filter((path) => path.endsWith(".md"))) await checkDocument(document);

const example = await readFile(join(root, ".env.example"), "utf8");
const named = new Set([...example.matchAll(/^#?\s?([A-Z][A-Z0-9_]+)=/gm)].map((match) => match[1] ?? ""));
const source = await readFile(join(root, "server/platform/env.ts"), "utf8");
const read = new Set([...source.matchAll(/^ {2}([A-Z][A-Z0-9_]+): z/gm)].map((match) => match[1] ?? ""));
if (read.size === 0) problems.push("No variable was found in server/platform/env.ts.");
for (const name of read) if (!named.has(name)) problems.push(`.env.example does not name ${name}.`);
for (const name of named)
  if (!read.has(name)) problems.push(`.env.example names ${name}, which nobody reads.`);
checked += read.size;

const MACHINE_PATH = /(?:^|[\s"'`(=])(\/(?:home|Users|work|root)\/[\w.-]+[\w./-]*)/;
const TEXT = /\.(ts|tsx|mjs|cjs|js|json|md|sql|prisma|css|yml|yaml|sh|txt)$/;
for (const path of tracked) {
  if (!TEXT.test(path) && !path.startsWith(".ci/")) continue;
  if (path === "package-lock.json" || statSync(join(root, path)).size > 1_000_000) continue;
  checked++;
  const lines = (await readFile(join(root, path), "utf8")).split("\n");
  lines.forEach((line, index) => {
    const found = MACHINE_PATH.exec(line)?.[1];
    if (found) problems.push(`${path}:${index + 1} names a path of a machine: ${found}`);
  });
}
if (/"resolved"/.test(await readFile(join(root, "package-lock.json"), "utf8")))
  problems.push("package-lock.json names a registry; it must hold no host.");

for (const problem of problems) console.error(problem);
console.log(`${checked} statements checked, ${problems.length} problems.`);
process.exit(problems.length > 0 ? 1 : 0);
