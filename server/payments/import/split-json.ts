/**
 * Cuts a stream of JSON text into its records without holding the file: one object, an array of objects, objects one
 * after the other, or any of these as `data` of an envelope.
 */
import { FILE_REFUSALS, MAX_RECORD_DEPTH, MAX_RECORD_LENGTH } from "./constants";
import { ImportFileError } from "./types";

export interface JsonPiece {
  text: string;
  kind: "object" | "other" | "too_long" | "too_deep";
}

type Mode =
  /** Between values, inside an array or at the top. */
  | "between"
  /** Inside an object that is a record, or that may turn out to be an envelope. */
  | "object"
  /** A number, word or string where a record should be. */
  | "scalar"
  /** Behind the `data` of an envelope: the rest of it says nothing about records. */
  | "tail";

export async function* splitJson(chunks: AsyncIterable<string>): AsyncGenerator<JsonPiece> {
  const cutter = new JsonCutter();
  for await (const chunk of chunks) yield* cutter.take(chunk);
  cutter.end();
}

class JsonCutter {
  private mode: Mode = "between";
  private depth = 0;
  private inString = false;
  private escaped = false;
  private inArray = false;
  private isRoot = true;
  /** The envelope's `data` is one record. */
  private single = false;
  private text = "";
  private tooLong = false;
  private tooDeep = false;
  /** The newest string at the first level of a root object, and the key whose value comes next. */
  private word = "";
  private key: string | null = null;

  *take(chunk: string): Generator<JsonPiece> {
    for (const char of chunk) {
      const piece = this.step(char);
      if (piece) yield piece;
    }
  }

  end(): void {
    if (this.mode === "object" || this.mode === "scalar" || this.inArray) {
      throw new ImportFileError("json_incomplete", FILE_REFUSALS.json_incomplete);
    }
  }

  private step(char: string): JsonPiece | null {
    if (this.mode === "between") return this.between(char);
    if (this.mode === "tail") return null;
    if (this.mode === "scalar") return this.scalar(char);
    return this.object(char);
  }

  private between(char: string): JsonPiece | null {
    if (/\s|,/.test(char)) return null;
    if (char === "{") this.begin("object");
    else if (char === "[" && !this.inArray && this.isRoot) {
      this.inArray = true;
      this.isRoot = false;
    } else if (char === "]" && this.inArray) {
      this.inArray = false;
      this.mode = "tail";
    } else if (this.inArray) {
      this.begin("scalar");
      this.inString = char === '"';
      this.text = char;
    } else throw new ImportFileError("not_json", FILE_REFUSALS.not_json);
    return null;
  }

  private begin(mode: "object" | "scalar"): void {
    this.mode = mode;
    this.depth = 1;
    this.text = "{";
    this.tooLong = false;
    this.tooDeep = false;
    this.key = null;
    this.word = "";
  }

  private scalar(char: string): JsonPiece | null {
    if (this.inString) {
      this.append(char);
      this.inString = this.stringGoesOn(char);
      return null;
    }
    if (char !== "," && char !== "]") {
      this.append(char);
      if (char === '"') this.inString = true;
      return null;
    }
    const piece = this.finish("other");
    if (char === "]") {
      this.inArray = false;
      this.mode = "tail";
    }
    return piece;
  }

  private object(char: string): JsonPiece | null {
    this.append(char);
    if (this.inString) {
      this.inString = this.stringGoesOn(char);
      if (this.inString && this.depth === 1 && this.word.length < 10) this.word += char;
      return null;
    }
    const mayBeEnvelope = !this.inArray && this.depth === 1;
    if (char === '"') {
      this.inString = true;
      this.word = "";
    } else if (char === ":" && mayBeEnvelope) this.key = this.word;
    else if (char === "," && mayBeEnvelope) this.key = null;
    else if (char === "{" || char === "[") {
      if (mayBeEnvelope && this.key === "data") return this.open(char);
      this.depth++;
      if (this.depth > MAX_RECORD_DEPTH) this.tooDeep = true;
    } else if (char === "}" || char === "]") {
      this.depth--;
      if (this.depth === 0) return this.finish("object");
    }
    return null;
  }

  /** The envelope's `data` begins: what was gathered so far is no record. */
  private open(char: "{" | "["): null {
    this.isRoot = false;
    this.inArray = true;
    if (char === "{") {
      this.single = true;
      this.begin("object");
    } else this.mode = "between";
    return null;
  }

  private stringGoesOn(char: string): boolean {
    if (this.escaped) this.escaped = false;
    else if (char === "\\") this.escaped = true;
    else if (char === '"') return false;
    return true;
  }

  private append(char: string): void {
    if (this.text.length < MAX_RECORD_LENGTH) this.text += char;
    else this.tooLong = true;
  }

  private finish(kind: "object" | "other"): JsonPiece {
    const spoilt = this.tooLong ? "too_long" : this.tooDeep ? "too_deep" : null;
    const piece: JsonPiece = { text: this.text.trim(), kind: spoilt ?? kind };
    this.mode = this.single ? "tail" : "between";
    if (this.single) this.inArray = false;
    this.text = "";
    return piece;
  }
}
