/** `purse verify`: the proof of the whole, for anybody to run. */
import { closePool } from "@/server/platform/db";
import { mintSystemScope } from "@/server/platform/scope";
import type { CheckResult } from "@/server/reporting/proof/schema";
import { CHECK_COUNT, proveAndRecord, readEvidenceHead } from "@/server/reporting/proof/service";
import { answer, CommandFailure, EXIT, type JsonOption } from "./answer";
import { readHead } from "./read-head";

/** Exit code 4 when anything contradicts anything; mere notices do not. The result stays in the audit log. */
export async function verifyWholeCommand(options: JsonOption & { head?: string }): Promise<number> {
  const head = options.head === undefined ? undefined : await readHead(options.head);
  try {
    let done = 0;
    const tell = ({ title }: CheckResult) => {
      done += 1;
      if (process.stderr.isTTY) process.stderr.write(`\r  ${done} of ${CHECK_COUNT}  ${title}\u001b[K`);
    };
    const proof = await proveAndRecord(mintSystemScope("cli"), tell, { head });
    if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
    await answer(options, proof, () => [
      proof.ok ? "Nothing contradicts anything." : `${proof.broken} contradictions.`,
      ...proof.checks.flatMap(({ ok, title, broken, findings, notices, seconds }) => [
        `  ${ok ? "ok" : `${broken} bad`}  ${title} (${seconds} s)`,
        ...findings.map(({ subject, message }) => `      ${subject}: ${message}`),
        ...notices.map(({ subject, message }) => `      notice  ${subject}: ${message}`),
      ]),
    ]);
    return proof.ok ? EXIT.done : EXIT.found;
  } finally {
    await closePool();
  }
}

/** Prints the head of the evidence chain as `verify --head` reads it. */
export async function headCommand(): Promise<number> {
  try {
    const head = await readEvidenceHead(mintSystemScope("cli"));
    if (!head) throw new CommandFailure(EXIT.refused, "Nothing is sealed yet; the worker seals in seconds.");
    const document = { height: head.height.toString(), hash: head.hash };
    await answer({ json: true }, document, () => []);
    return EXIT.done;
  } finally {
    await closePool();
  }
}
