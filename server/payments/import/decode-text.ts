/** Bytes to text, chunk by chunk, with the file's hash and the limit on its size. */
import { createHash } from "node:crypto";
import { FILE_REFUSALS, MAX_IMPORT_BYTES } from "./constants";
import { ImportFileError } from "./types";

export interface DecodedText {
  chunks: AsyncGenerator<string>;
  /** SHA-256 of the bytes that were read. */
  sha256: () => string;
}

/** A byte order mark at the beginning is left out; bytes that are not UTF-8 end the reading. */
export function decodeText(stream: AsyncIterable<Uint8Array>, maxBytes = MAX_IMPORT_BYTES): DecodedText {
  const hash = createHash("sha256");
  async function* chunks(): AsyncGenerator<string> {
    const decoder = new TextDecoder("utf-8", { fatal: true });
    let bytes = 0;
    for await (const chunk of stream) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) throw new ImportFileError("file_too_large", FILE_REFUSALS.file_too_large);
      hash.update(chunk);
      const text = decode(decoder, chunk);
      if (text !== "") yield text;
    }
    const rest = decode(decoder);
    if (rest !== "") yield rest;
  }
  return { chunks: chunks(), sha256: () => hash.copy().digest("hex") };
}

function decode(decoder: TextDecoder, chunk?: Uint8Array): string {
  try {
    return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
  } catch (error) {
    if (error instanceof TypeError) throw new ImportFileError("not_utf8", FILE_REFUSALS.not_utf8);
    throw error;
  }
}

/** The first character that is no white space, and the same text again from its beginning. */
export async function peek(
  chunks: AsyncGenerator<string>,
): Promise<{ first: string | null; text: AsyncGenerator<string> }> {
  const seen: string[] = [];
  let first: string | null = null;
  while (first === null) {
    const next = await chunks.next();
    if (next.done) break;
    seen.push(next.value);
    first = next.value.trimStart()[0] ?? null;
  }
  async function* text(): AsyncGenerator<string> {
    yield* seen;
    yield* chunks;
  }
  return { first, text: text() };
}
