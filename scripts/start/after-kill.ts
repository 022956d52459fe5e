/** Runs when `npm start` was killed and could not stop its database itself. */
import { join } from "node:path";
import { stopLeftOver } from "../postgres";
import { findPlace } from "../postgres-place";
import { readArguments } from "./read-arguments";

const { dataDir } = readArguments(process.argv.slice(2), join(import.meta.dirname, "../.."));
await stopLeftOver((await findPlace(join(dataDir, "postgres"))).dataDir);
