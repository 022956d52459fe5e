import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { Failure } from "./failure";

export interface StartArguments {
  demo: boolean;
  dev: boolean;
  port: number;
  dataDir: string;
  /** How many times as many taps as on a usual day the demo's devices make. */
  speed: number;
  help: boolean;
}

export const USAGE = `npm start -- [--no-demo] [--port N] [--data DIR] [--speed N]

  --no-demo    start empty; a one-time link creates the first operator
  --port N     port of the web application (3000); the device gateway takes the next one
  --data DIR   folder of the database and its secrets (.purse)
  --speed N    live traffic of the demo: N times a usual day's (1; 20 is a tap every few seconds)

With DATABASE_URL set to the owner of a database, that Postgres (15 or newer) is used instead of the embedded one; with
PURSE_OWNER_DATABASE_URL set beside it, the processes log in as DATABASE_URL's user.`;

export function readArguments(argv: readonly string[], root: string): StartArguments {
  let values: {
    "no-demo"?: boolean;
    dev?: boolean;
    port?: string;
    data?: string;
    speed?: string;
    help?: boolean;
  };
  try {
    ({ values } = parseArgs({
      args: [...argv],
      options: {
        "no-demo": { type: "boolean" },
        dev: { type: "boolean" },
        port: { type: "string" },
        data: { type: "string" },
        speed: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    }));
  } catch (error) {
    throw new Failure(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  }
  const port = Number(values.port ?? 3000);
  if (!Number.isInteger(port) || port < 1 || port > 65_534)
    throw new Failure(`--port wants a whole number from 1 to 65534, not "${values.port}".`);
  const speed = Number(values.speed ?? 1);
  if (!(speed >= 0.1 && speed <= 1_000))
    throw new Failure(`--speed wants a number from 0.1 to 1000, not "${values.speed}".`);
  return {
    demo: !values["no-demo"],
    dev: values.dev ?? false,
    port,
    speed,
    // npm runs scripts in the project's folder; what the person typed is relative to where they stood.
    dataDir: values.data ? resolve(process.env.INIT_CWD ?? process.cwd(), values.data) : join(root, ".purse"),
    help: values.help ?? false,
  };
}
