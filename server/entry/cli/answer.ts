/** How commands read files, answer and fail. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { env } from "@/server/platform/env";

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

/** Prints the answer: as one JSON document, or the lines of text. Amounts are strings already; a bigint is a slip. */
export function answer(options: JsonOption, document: unknown, lines: () => readonly string[]): void {
  process.stdout.write(options.json ? `${JSON.stringify(document, null, 2)}\n` : `${lines().join("\n")}\n`);
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
