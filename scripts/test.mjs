// `npm test`: installs what is missing and goes on in scripts/test/main.ts.
import { continueIn } from "./install.mjs";

process.exit(await continueIn("scripts/test/main.ts", process.argv.slice(2)));
