// `npm run purse -- …`: the command line of an installation; goes on in scripts/purse/main.ts.
import { continueIn } from "./install.mjs";

process.exit(await continueIn("scripts/purse/main.ts", process.argv.slice(2)));
