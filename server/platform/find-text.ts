/** Looks through every text of a parsed value: the way of what no field may hold. */
const MAX_DEPTH = 64;

/**
 * The path (`instrument.token`) of the first text that is `faulty`, keys and numbers included, or null. What is nested
 * too deeply to be looked at counts as found.
 */
export function findText(
  value: unknown,
  faulty: (text: string) => boolean,
  path = "",
  depth = 0,
): string | null {
  if (depth > MAX_DEPTH) return path || "(too deep)";
  if (typeof value === "string") return faulty(value) ? path || "(text)" : null;
  if (typeof value === "number" || typeof value === "bigint") {
    return faulty(String(value)) ? path || "(number)" : null;
  }
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const found = findText(item, faulty, `${path}[${index}]`, depth + 1);
      if (found) return found;
    }
    return null;
  }
  if (typeof value === "object" && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      // The key itself is not repeated in the answer: it would be what nobody may hold.
      if (faulty(key)) return path ? `${path}.(name)` : "(name)";
      const found = findText(item, faulty, path ? `${path}.${key}` : key, depth + 1);
      if (found) return found;
    }
  }
  return null;
}
