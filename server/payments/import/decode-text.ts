/** Bytes to text, chunk by chunk, with the file's hash, the limit on its size and the encoding that was found. */
import { createHash } from "node:crypto";
import { FILE_REFUSALS, type ImportEncoding, MAX_IMPORT_BYTES } from "./constants";
import { ImportFileError } from "./types";

export interface DecodedText {
  chunks: AsyncGenerator<string>;
  /** SHA-256 of the bytes that were read. */
  sha256: () => string;
  /** As far as what was read tells. */
  encoding: () => ImportEncoding;
}

/**
 * A byte order mark is left out. Without one a file is UTF-16 where every second byte of its beginning is zero, and
 * UTF-8 otherwise; bytes that are not UTF-8 make it Windows-1252 (of which Latin-1 is a part), unless characters of
 * UTF-8 came before them.
 */
export function decodeText(stream: AsyncIterable<Uint8Array>, maxBytes = MAX_IMPORT_BYTES): DecodedText {
  const hash = createHash("sha256");
  const text = new TextOfUnknownEncoding();
  async function* chunks(): AsyncGenerator<string> {
    let bytes = 0;
    for await (const chunk of stream) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) throw new ImportFileError("file_too_large", FILE_REFUSALS.file_too_large);
      hash.update(chunk);
      const piece = text.take(chunk);
      if (piece !== "") yield piece;
    }
    const rest = text.end();
    if (rest !== "") yield rest;
  }
  return { chunks: chunks(), sha256: () => hash.copy().digest("hex"), encoding: () => text.encoding };
}

/** Bytes that are looked at before the encoding is decided. */
const BEGINNING = 4;

class TextOfUnknownEncoding {
  encoding: ImportEncoding = "utf-8";
  private decoder: TextDecoder | null = null;
  /** Bytes that no text was made of yet. */
  private open: Uint8Array = new Uint8Array(0);
  private sawUtf8 = false;

  take(chunk: Uint8Array): string {
    const bytes = this.open.byteLength === 0 ? chunk : joined(this.open, chunk);
    if (!this.decoder && bytes.byteLength < BEGINNING) {
      this.open = bytes;
      return "";
    }
    return this.decode(bytes, false);
  }

  end(): string {
    return this.decode(this.open, true);
  }

  private decode(bytes: Uint8Array, isEnd: boolean): string {
    this.decoder ??= this.begin(bytes);
    if (this.encoding !== "utf-8") {
      this.open = new Uint8Array(0);
      return this.attempt(this.decoder, bytes, !isEnd);
    }
    // An unfinished character waits for its rest, so that each piece is decoded whole or not at all.
    const whole = isEnd ? bytes.byteLength : bytes.byteLength - unfinished(bytes);
    this.open = bytes.slice(whole);
    try {
      const text = this.decoder.decode(bytes.subarray(0, whole), { stream: !isEnd });
      this.sawUtf8 ||= whole !== text.length;
      return text;
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      if (this.sawUtf8 || isMostlyUtf8(bytes))
        throw new ImportFileError("encoding_mixed", FILE_REFUSALS.encoding_mixed);
      this.encoding = "windows-1252";
      this.decoder = new TextDecoder("windows-1252");
      this.open = new Uint8Array(0);
      return this.decoder.decode(bytes, { stream: !isEnd });
    }
  }

  private begin(bytes: Uint8Array): TextDecoder {
    const [a = 0, b = 0, c = 0, d = 0] = bytes;
    const isLittle = (a === 0xff && b === 0xfe) || (a !== 0 && b === 0 && c !== 0 && d === 0);
    const isBig = (a === 0xfe && b === 0xff) || (a === 0 && b !== 0 && c === 0 && d !== 0);
    if (bytes.byteLength >= 2 && (isLittle || isBig)) this.encoding = isLittle ? "utf-16le" : "utf-16be";
    return new TextDecoder(this.encoding, { fatal: true });
  }

  private attempt(decoder: TextDecoder, bytes: Uint8Array, stream: boolean): string {
    try {
      return decoder.decode(bytes, { stream });
    } catch (error) {
      if (error instanceof TypeError) {
        throw new ImportFileError("encoding_mixed", FILE_REFUSALS.encoding_mixed);
      }
      throw error;
    }
  }
}

/** Whether most of what is not ASCII is sound UTF-8: then a byte is spoilt, and the text is no other encoding. */
function isMostlyUtf8(bytes: Uint8Array): boolean {
  const beyond = new TextDecoder().decode(bytes).match(/[^\0-\x7f]/g) ?? [];
  const spoilt = beyond.filter((char) => char === "\ufffd").length;
  return beyond.length - spoilt >= spoilt;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const all = new Uint8Array(a.byteLength + b.byteLength);
  all.set(a);
  all.set(b, a.byteLength);
  return all;
}

/** How many bytes at the end begin a character of UTF-8 whose rest has not come. */
function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.byteLength); back++) {
    const byte = bytes[bytes.byteLength - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
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
