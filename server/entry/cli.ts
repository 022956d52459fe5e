/**
 * `purse`: what operators and people who write agreements do from a terminal. Every command prints a short text, or
 * with `--json` one JSON document, on standard output; words about trouble go to standard error.
 *
 * Exit codes: 0 done; 1 something unexpected; 2 the command line is wrong; 3 the input is refused; 4 a check found
 * something; 5 the database cannot be reached. (scripts/purse/main.ts adds 70: the command could not even be tried.)
 */
import { Command, CommanderError } from "commander";
import { CommandFailure, drainOutput, EXIT } from "./cli/answer";

async function runCommandLine(argv: readonly string[]): Promise<number> {
  const program = new Command("purse")
    .description("Common Purse from the command line.")
    .option("--data <folder>", "data folder of the installation to speak to", ".purse")
    .exitOverride()
    .showHelpAfterError("(purse --help lists the commands)");
  let code: number = EXIT.done;
  const run = (
    load: () => Promise<(options: never, ...args: never[]) => Promise<number>>,
    wants = "database",
  ) => {
    return async (...given: unknown[]) => {
      const command = given.pop() as Command;
      given.pop();
      if (wants === "database") await (await import("@/server/platform/boot")).demandHarmlessLogin();
      const work = await load();
      code = await work(command.opts() as never, ...(given as never[]));
    };
  };

  program
    .command("allocate")
    .description("split a payment, or a list of them, by an agreement, without touching any data")
    .requiredOption("--agreement <file>", "the agreement as JSON; - reads standard input")
    .requiredOption("--payment <file>", "a payment or a list of payments as JSON; - reads standard input")
    .option("--json", "answer as JSON")
    .action(run(async () => (await import("./cli/allocate")).allocateCommand, "nothing"));

  program
    .command("import")
    .description(
      "import charge detail records (OCPI, JSON) or transactions in a table, by its mapping or in Seattle's columns",
    )
    .argument("<file>", "the file")
    .requiredOption("--program <slug>", "the program that takes the payments")
    .requiredOption("--merchant <slug>", "the merchant whose payments they are")
    .option("--format <format>", "ocpi_cdr or seattle_parking; found out from the file when left out")
    .option("--mapping <name>", "a saved mapping of the file's columns")
    .option("--currency <code>", "the currency of a file that names none")
    .option("--dry-run", "count and add up what would be taken; write nothing")
    .option("--refused <file>", "write the refused lines with their reasons to this CSV file")
    .option("--json", "answer as JSON")
    .action(run(async () => (await import("./cli/import")).importCommand));

  program
    .command("undo-import")
    .description("take a whole import back while nothing of it is settled; its records may be imported again")
    .argument("<import>", "the import, such as imp_01h…")
    .requiredOption("--reason <text>", "why; it stands on every payment that is given back")
    .option("--json", "answer as JSON")
    .action(run(async () => (await import("./cli/undo-import")).undoImportCommand));

  program
    .command("seed")
    .description("fill an empty database with the demo city")
    .option("--days <n>", "days of history", "30")
    .option("--json", "answer as JSON")
    .action(run(async () => (await import("./cli/seed")).seedCommand));

  program
    .command("settle")
    .description("close the period of a program that is over: statements and proposed payouts")
    .requiredOption("--program <slug>", "the program")
    .option("--until <time>", "end of the period (ISO 8601) instead of the calendar's last cut-off")
    .requiredOption(
      "--as <email>",
      "the person of the operator who creates the run; somebody else approves it",
    )
    .option("--json", "answer as JSON")
    .action(run(async () => (await import("./cli/settle")).settleCommand));

  program
    .command("reset-password")
    .description(
      "print a link with which a person of the operator chooses a new password, when no two others can help",
    )
    .argument("<email>", "the person's e-mail")
    .option("--json", "answer as JSON")
    .action(run(async () => (await import("./cli/reset-password")).resetPasswordCommand));

  program
    .command("verify")
    .description(
      "prove the whole: figures, approvals, reports, the log of evidence, the guards and the ledger",
    )
    .option("--head <file>", "a head of the evidence chain that was exported earlier")
    .option("--json", "answer as JSON")
    .action(run(async () => (await import("./cli/verify")).verifyWholeCommand));

  program
    .command("head")
    .description("print the head of the evidence chain; kept elsewhere, verify --head compares with it")
    .action(run(async () => (await import("./cli/verify")).headCommand));

  const ledger = program.command("ledger").description("proofs of the ledger");
  ledger
    .command("verify")
    .description("check counters, limits, clearing, chain and sequence; names the first bad row")
    .option("--head <file>", "a head that the console exported earlier; the chain must contain it unchanged")
    .option("--json", "answer as JSON")
    .action(run(async () => (await import("./cli/ledger")).verifyCommand));
  ledger
    .command("replay")
    .description("replay a case file into a scratch ledger and print every expectation that was not met")
    .argument("<file>", "cases as JSON")
    .option("--json", "answer as JSON")
    .action(run(async () => (await import("./cli/ledger")).replayCommand));

  try {
    await program.parseAsync([...argv], { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    if (error instanceof CommandFailure) {
      process.stderr.write(`${error.message}\n`);
      return error.exitCode;
    }
    if (error instanceof Error && error.name === "UnsafeLoginError") {
      process.stderr.write(`${error.message}\n`);
      return EXIT.refused;
    }
    if (isUnreachable(error)) {
      process.stderr.write(
        "The database cannot be reached. Start the platform with npm start, or set DATABASE_URL to a running server.\n",
      );
      return EXIT.unavailable;
    }
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return EXIT.failed;
  }
}

function isUnreachable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === "EnvError" || /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|timeout expired/.test(error.message))
    return true;
  return (
    "code" in error && ["ECONNREFUSED", "ENOTFOUND", "57P03", "3D000", "28P01"].includes(String(error.code))
  );
}

let exitCode = await runCommandLine(process.argv.slice(2));
// The process ends only when its pipe has taken everything: what `process.exit` finds unwritten is lost.
const unwritten = await drainOutput();
if (unwritten !== null) {
  process.stderr.write(`${unwritten}\n`);
  exitCode = EXIT.failed;
}
process.exit(exitCode);
