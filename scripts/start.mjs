// `npm start`: installs what is missing and goes on in scripts/start/main.ts.
import { continueIn } from "./install.mjs";

process.exit(await continueIn("scripts/start/main.ts", process.argv.slice(2), "scripts/start/after-kill.ts"));
