/**
 * JSON as the device API takes it: valid UTF-8, no name twice in one object, no half of a surrogate pair, and not nested
 * without end. What the parser would quietly change or drop is found here and named.
 */
import { Problem } from "./errors";

const MAX_DEPTH = 32;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export interface ReadJson {
  value: unknown;
  /** Paths of names that stand twice in one object. */
  repeatedNames: string[];
}

/** Throws `malformed_body` for what is no JSON at all. */
export function readJson(bytes: Uint8Array): ReadJson {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw new Problem("malformed_body", "The body is not UTF-8.");
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Problem("malformed_body", "The body is not JSON.");
  }
  return { value, repeatedNames: findRepeatedNames(text) };
}

export function pathOf(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

interface Level {
  path: string;
  /** Names of an object so far; null for an array. */
  names: Set<string> | null;
  /** Where the next value stands. */
  at: string;
  index: number;
}

/** Walks through a text that is known to be JSON. */
function findRepeatedNames(text: string): string[] {
  const found: string[] = [];
  const levels: Level[] = [];
  const stepInto = (names: Set<string> | null) => {
    if (levels.length === MAX_DEPTH) {
      throw new Problem("malformed_body", `The body is nested more than ${MAX_DEPTH} deep.`);
    }
    const outer = levels.at(-1);
    const path = outer ? outer.at : "";
    levels.push({ path, names, at: names ? path : pathOf(path, "0"), index: 0 });
  };
  for (let at = 0; at < text.length; at++) {
    const level = levels.at(-1);
    switch (text[at]) {
      case "{":
        stepInto(new Set());
        break;
      case "[":
        stepInto(null);
        break;
      case "}":
      case "]":
        levels.pop();
        break;
      case ",":
        if (level && !level.names) level.at = pathOf(level.path, String(++level.index));
        break;
      case '"': {
        const end = endOfString(text, at);
        if (level?.names && isName(text, end)) {
          const raw = text.slice(at + 1, end);
          const name = raw.includes("\\") ? String(JSON.parse(`"${raw}"`)) : raw;
          level.at = pathOf(level.path, name);
          if (level.names.has(name)) found.push(level.at);
          level.names.add(name);
        }
        at = end;
        break;
      }
      default:
    }
  }
  return found;
}

function endOfString(text: string, start: number): number {
  let end = start + 1;
  while (text[end] !== '"') end += text[end] === "\\" ? 2 : 1;
  return end;
}

function isName(text: string, endOfString: number): boolean {
  let next = endOfString + 1;
  while (/[ \t\n\r]/.test(text[next] ?? "")) next++;
  return text[next] === ":";
}

/** The path of the first text, names included, that holds half of a surrogate pair, or null. */
export function findBrokenText(value: unknown, path = ""): string | null {
  if (typeof value === "string") return value.isWellFormed() ? null : path;
  if (typeof value !== "object" || value === null) return null;
  for (const [name, item] of Object.entries(value)) {
    const inner = pathOf(path, name);
    if (!name.isWellFormed()) return inner;
    const found = findBrokenText(item, inner);
    if (found !== null) return found;
  }
  return null;
}
