/** How commands read files, answer and fail. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { env } from "@/server/platform/env";
import { jsonPieces } from "./json-pieces";

export const EXIT = { done: 0, failed: 1, usage: 2, refused: 3, found: 4, unavailable: 5 } as const;

/** Ends the command with a sentence on standard error and an exit code. */
export class CommandFailure extends Error {
  constructor(
    readonly exitCode: number,
    sentence: string,
  ) {
    super(sentence);
  }
}

export interface JsonOption {
  json?: boolean;
}

/**
 * Prints the answer: as one JSON document, or the lines of text. Amounts are strings already; a bigint is a slip. It is
 * written piece by piece at the reader's pace, so that a long answer needs no second copy in memory.
 */
export async function answer(
  options: JsonOption,
  document: unknown,
  lines: () => Iterable<string>,
): Promise<void> {
  if (!options.json) {
    for (const line of lines()) await print(`${line}\n`);
    return;
  }
  for (const piece of jsonPieces(document)) await print(piece);
  await print("\n");
}

/** Pieces are gathered up to this many characters before they are written. */
const GATHERED = 64 * 1024;
let gathered = "";
let readerIsGone = false;
let lost: Error | null = null;

// Whoever reads may stop early (`purse … | head`). The command goes on to its end and keeps its exit code.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") readerIsGone = true;
  else lost ??= error;
});

async function print(text: string): Promise<void> {
  gathered += text;
  if (gathered.length >= GATHERED) await flush();
}

async function flush(): Promise<void> {
  const text = gathered;
  gathered = "";
  if (text === "" || readerIsGone || lost) return;
  await new Promise<void>((done) => process.stdout.write(text, () => done()));
}

/** Waits until all that was written has left the process; gives the sentence of what could not be written. */
export async function drainOutput(): Promise<string | null> {
  await flush();
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>((done) => stream.write("", () => done()));
  }
  // The stream tells of an error in the turn after the write's own callback.
  await new Promise<void>((done) => setImmediate(done));
  return lost && `The answer could not be written: ${lost.message}`;
}

export function fromWhereThePersonStood(path: string): string {
  return resolve(env.PURSE_CWD ?? ".", path);
}

export async function readText(path: string): Promise<string> {
  try {
    if (path !== "-") return await readFile(fromWhereThePersonStood(path), "utf8");
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString("utf8");
  } catch (error) {
    const why =
      error instanceof Error && "code" in error && error.code === "ENOENT"
        ? "does not exist"
        : "cannot be read";
    throw new CommandFailure(EXIT.usage, `The file ${path} ${why}.`);
  }
}

export async function readJson(path: string): Promise<unknown> {
  const text = await readText(path);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CommandFailure(
      EXIT.refused,
      `${path} is not JSON: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
