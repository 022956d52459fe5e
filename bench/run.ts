/** `npm run bench -- NAME [--json] [options]`: runs one bench and prints a table, or JSON. */
import { parseArgs } from "node:util";
import { describeMachine, printTable, type Row } from "./measure";

export interface BenchOptions {
  /** Server to use instead of a fresh embedded one; databases are created and dropped on it. */
  serverUrl: string | null;
  /** Transfers that the ledger holds for the measures at size. */
  size: number;
  /** Seconds per timed measure. */
  seconds: number;
  /** Paired rounds. */
  rounds: number;
  peerUrl: string | null;
  peerSql: string | null;
  onProgress: (text: string) => void;
}

export interface BenchReport {
  name: string;
  compared: string;
  rows: Row[];
  versions: Record<string, string>;
}

const BENCHES: Record<string, () => Promise<{ run: (options: BenchOptions) => Promise<BenchReport> }>> = {
  ledger: () => import("./ledger"),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    url: { type: "string" },
    size: { type: "string", default: "1000000" },
    seconds: { type: "string", default: "5" },
    rounds: { type: "string", default: "15" },
    "peer-url": { type: "string" },
    "peer-sql": { type: "string" },
  },
});
const load = BENCHES[positionals[0] ?? ""];
if (!load) {
  console.error(`Usage: npm run bench -- ${Object.keys(BENCHES).join(" | ")} [--json] [--size N] [--seconds N] [--rounds N]
  [--url postgresql://…] [--peer-url postgresql://… --peer-sql 'select post($1, $2, $3)']`);
  process.exit(2);
}
const bench = await load();
const report = await bench.run({
  serverUrl: values.url ?? null,
  size: Number(values.size),
  seconds: Number(values.seconds),
  rounds: Number(values.rounds),
  peerUrl: values["peer-url"] ?? null,
  peerSql: values["peer-sql"] ?? null,
  onProgress: (text) => console.error(text),
});
const machine = describeMachine();
if (values.json) {
  console.log(
    JSON.stringify(
      { ...report, machine, options: values },
      (_, value) => (typeof value === "bigint" ? value.toString() : value),
      2,
    ),
  );
} else {
  console.log(`\n${report.compared}\n`);
  printTable(report.rows);
  console.log(
    `\n${machine}\n${Object.entries(report.versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(", ")}`,
  );
}
process.exit(0);
