// Starts server/entry/web.ts: node server/entry/web.mjs [--dev] --port N [--host ADDRESS]
// TypeScript is read for the door alone; the built application is loaded as plain Node loads it.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { tsImport } from "tsx/esm/api";

const { values } = parseArgs({
  options: {
    dev: { type: "boolean", default: false },
    port: { type: "string", default: "3000" },
    host: { type: "string", default: "127.0.0.1" },
  },
});
const { startWeb } = await tsImport("./web.ts", import.meta.url);
await startWeb({
  dir: join(import.meta.dirname, "../.."),
  dev: values.dev,
  port: Number(values.port),
  host: values.host,
});
