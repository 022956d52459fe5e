/** `purse ledger …`: proofs that anybody can run. */

import { CaseFileError, replayCases } from "@/server/ledger/replay";
import { type Finding, type VerifyResult, verifyLedger } from "@/server/ledger/verify";
import { closePool, type SqlTx, withOwner, withScope } from "@/server/platform/db";
import { mintSystemScope } from "@/server/platform/scope";
import { answer, CommandFailure, EXIT, fromWhereThePersonStood, type JsonOption } from "./answer";
import { readHead } from "./read-head";

const MOST_FINDINGS = 10_000;

/**
 * The proof of the whole ledger. Findings that break it end with exit code 4; mere notices do not. Of very many the
 * first are listed and all are counted.
 */
export async function verifyCommand(options: JsonOption & { head?: string }): Promise<number> {
  const head = options.head === undefined ? undefined : await readHead(options.head);
  try {
    const findings: Finding[] = [];
    const result = await withScope(mintSystemScope("cli"), async (tx): Promise<VerifyResult | null> => {
      // A ledger of millions is walked for minutes; each statement is bounded by its own step.
      await tx.query("set local idle_in_transaction_session_timeout = 0");
      for await (const step of verifyLedger(tx, head ? { head } : {})) {
        if (step.type === "finding") {
          if (findings.length < MOST_FINDINGS) findings.push(step.finding);
        } else if (step.type === "result") return step.result;
        else if (process.stderr.isTTY)
          process.stderr.write(`\r  ${step.part} ${step.done} of ${step.total}\u001b[K`);
      }
      return null;
    });
    if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
    if (!result) throw new Error("a proof ends with its result");
    const plain = (value: unknown) => (typeof value === "bigint" ? value.toString() : value);
    const document = JSON.parse(JSON.stringify({ ...result, findings }, (_key, value) => plain(value)));
    await answer(options, document, () => [
      `${result.transfers} transfers on ${result.accounts} accounts, ${result.blocks} sealed blocks (through ${result.sealedThrough}): ${result.ok ? "everything adds up." : `${result.broken} faults.`}`,
      ...findings.map(({ severity, part, message }) => `  ${severity}  ${part}: ${message}`),
    ]);
    return result.ok ? EXIT.done : EXIT.found;
  } finally {
    await closePool();
  }
}

/**
 * Replays a case file into scratch ledgers inside a transaction that is rolled back, so that nothing of the
 * installation changes. Exit code 4 when an expectation was not met.
 */
export async function replayCommand(options: JsonOption, file: string): Promise<number> {
  const path = fromWhereThePersonStood(file);
  const report = await withOwner(async (client) => {
    const tx: SqlTx = {
      async query<Row>(text: string, params?: readonly unknown[]) {
        const result = await client.query(text, params as unknown[] | undefined);
        return { rows: result.rows as Row[], rowCount: result.rowCount ?? 0 };
      },
    };
    await tx.query("begin");
    try {
      return await replayCases(path, tx);
    } catch (error) {
      throw asFileTrouble(file, error);
    } finally {
      await tx.query("rollback");
    }
  });
  await answer(options, report, () => [
    `${report.tests} tests, ${report.met} of ${report.expectations} expectations met.`,
    ...report.unmet.map((unmet) => `  not met: ${JSON.stringify(unmet)}`),
    ...report.absentColumns.map(
      ({ column, expectationsNotAsked, valuesDropped }) =>
        `  this ledger has no ${column}: ${expectationsNotAsked} expectations not asked, ${valuesDropped} values dropped`,
    ),
    ...report.translations.map((sentence) => `  ${sentence}`),
  ]);
  return report.unmet.length === 0 ? EXIT.done : EXIT.found;
}

function asFileTrouble(file: string, error: unknown): unknown {
  if (error instanceof CaseFileError) {
    return new CommandFailure(EXIT.refused, `${file} is not a file of ledger cases: ${error.message}`);
  }
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code === "ENOENT") return new CommandFailure(EXIT.usage, `The file ${file} does not exist.`);
  if (code === "EISDIR" || code === "EACCES" || code === "ENOTDIR") {
    return new CommandFailure(EXIT.usage, `The file ${file} cannot be read (${code}).`);
  }
  return error;
}
