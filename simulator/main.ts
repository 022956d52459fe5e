/**
 * The demo city's devices, live. An outside client: it speaks the device API and knows nothing of the server.
 * PURSE_DATA_DIR holds simulator.json (written by the seed) and this program's journal.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Journal } from "./journal";
import { LiveCity } from "./live";
import { readCity } from "./read-city";
import { Sender } from "./send";

const SAY_EVERY_MS = 60_000;

const dataDir = process.env.PURSE_DATA_DIR ?? join(import.meta.dirname, "..", ".purse");
const file = join(dataDir, "simulator.json");
if (!existsSync(file)) {
  console.error(`${file} is missing: seed the demo city first.`);
  process.exit(1);
}
const city = readCity(file);
const gatewayUrl = (process.env.PURSE_GATEWAY_URL ?? city.gatewayUrl).replace(/\/+$/, "");
const journal = new Journal(join(dataDir, "simulator-journal.ndjson"));
const sender = new Sender(gatewayUrl, Math.random);
const speed = Number(process.env.PURSE_SIMULATOR_SPEED ?? 1);
if (!(speed >= 0.1 && speed <= 1_000)) {
  console.error("PURSE_SIMULATOR_SPEED must be a number from 0.1 to 1000.");
  process.exit(1);
}
const live = new LiveCity(city, journal, sender, Math.random, speed);

console.log(
  `${city.devices.length} devices speak to ${gatewayUrl}; ${journal.open.size} messages and ${journal.plans.size} sessions were open.`,
);
const saying = setInterval(() => {
  const { answered, replayed, repeats, away, refused } = sender.tally;
  console.log(
    `${answered} answered (${replayed} again), ${refused} refused, ${repeats} repeats, ${away} unanswered attempts, ${journal.open.size} open`,
  );
}, SAY_EVERY_MS);

function stop(): void {
  clearInterval(saying);
  live.stop();
  // What is still open stands in the journal and is asked for again at the next start.
  process.exit(0);
}
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
await live.run();
