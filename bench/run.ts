/** `npm run bench -- NAME [options]`: runs one bench and prints a table, markdown or JSON. Ends with 1 if a bar falls. */
import { readFile, writeFile } from "node:fs/promises";
import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { describeMachine, type Row } from "./measure";
import { asMarkdown, asTable, summarise } from "./table";

export interface BenchOptions {
  /** Server to use instead of a fresh embedded one; databases are created and dropped on it. */
  serverUrl: string | null;
  /** How much the database holds for the measures at size. */
  size: number;
  /** Seconds of each side in one round of a closed loop. */
  seconds: number;
  /** Paired rounds. */
  rounds: number;
  /** What the bench's own options say; those left out are undefined. */
  own: Record<string, string | undefined>;
  onProgress: (text: string) => void;
}

export interface BenchReport {
  name: string;
  compared: string;
  rows: Row[];
  versions: Record<string, string>;
}

/** What a bench's file exports. */
interface BenchModule {
  run: (options: BenchOptions) => Promise<BenchReport>;
  /** Options of its own, all of which take a value. */
  ownOptions?: readonly string[];
  /** Where its defaults differ. */
  defaults?: Partial<Record<"size" | "seconds" | "rounds", string>>;
}

const BENCHES: Record<string, () => Promise<BenchModule>> = {
  authorise: () => import("./authorise"),
  growth: () => import("./growth"),
  ledger: () => import("./ledger"),
  usage: () => import("./usage"),
  verify: () => import("./verify"),
};

const name = process.argv[2] ?? "";
if (name === "show") {
  for (const file of process.argv.slice(3)) {
    const kept = JSON.parse(await readFile(file, "utf8")) as BenchReport & {
      startedAt: string;
      minutes: number;
    };
    console.log(
      `\n\`${kept.name}\`, ${kept.startedAt.slice(0, 16).replace("T", " ")} UTC, ${kept.minutes} minutes\n`,
    );
    console.log(`${asMarkdown(kept.rows)}\n\n${summarise(kept.rows).line}`);
  }
  process.exit(0);
}
const load = BENCHES[name];
if (!load) {
  console.error(`Usage: npm run bench -- ${Object.keys(BENCHES).join(" | ")} [--json | --markdown] [--out FILE]
  [--url postgresql://…] [--size N] [--seconds N] [--rounds N], and what bench/README.md lists for each
       npm run bench -- show FILE…`);
  process.exit(2);
}
// The product's modules read the environment when they are loaded; a bench names its database once it stands.
process.env.DATABASE_URL = "postgresql://nobody@127.0.0.1:1/none";
process.env.NEXTAUTH_SECRET ??= "a-secret-for-benches-only";
process.env.LOG_LEVEL ??= "error";
const bench = await load();
const defaults = { size: "1000000", seconds: "2", rounds: "5", ...bench.defaults };
const common: ParseArgsOptionsConfig = {
  json: { type: "boolean", default: false },
  markdown: { type: "boolean", default: false },
  out: { type: "string" },
  url: { type: "string" },
  size: { type: "string", default: defaults.size },
  seconds: { type: "string", default: defaults.seconds },
  rounds: { type: "string", default: defaults.rounds },
};
const own = Object.fromEntries(
  (bench.ownOptions ?? []).map((option) => [option, { type: "string" } as const]),
);
const { values } = parseArgs({ args: process.argv.slice(3), options: { ...own, ...common } });
const text = (option: string) => {
  const value = values[option];
  return typeof value === "string" ? value : undefined;
};
const count = (option: "size" | "seconds" | "rounds") => {
  const value = Number(text(option));
  if (!Number.isFinite(value) || value < 0) throw new Error(`--${option} takes a number.`);
  return value;
};

const startedAt = new Date();
const loadBefore = describeMachine();
const report = await bench.run({
  serverUrl: text("url") ?? null,
  size: count("size"),
  seconds: count("seconds"),
  rounds: count("rounds"),
  own: Object.fromEntries((bench.ownOptions ?? []).map((option) => [option, text(option)])),
  onProgress: (line) => console.error(line),
});
const summary = summarise(report.rows);
const minutes = ((Date.now() - startedAt.getTime()) / 60_000).toFixed(1);
const whole = {
  ...report,
  bars: summary,
  startedAt: startedAt.toISOString(),
  minutes: Number(minutes),
  machine: { before: loadBefore, after: describeMachine() },
  options: values,
};
const json = JSON.stringify(
  whole,
  (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value),
  2,
);
const out = text("out");
if (out) await writeFile(out, `${json}\n`);
if (values.json) console.log(json);
else {
  console.log(`\n${report.compared}\n`);
  console.log(values.markdown ? asMarkdown(report.rows) : asTable(report.rows));
  console.log(`\n${summary.line}\n${loadBefore}; load after ${describeMachine().replace(/^.*load /, "")}`);
  console.log(
    `${Object.entries(report.versions)
      .map(([component, version]) => `${component} ${version}`)
      .join(", ")}; ${startedAt.toISOString().slice(0, 16).replace("T", " ")} UTC, ${minutes} minutes`,
  );
}
process.exit(summary.fallen.length === 0 ? 0 : 1);
