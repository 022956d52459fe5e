/** A document as `JSON.stringify(value, null, 2)` writes it, in pieces: one for each member down to the third level. */
const DEEPEST_CUT = 3;

export function* jsonPieces(value: unknown, depth = 0): Generator<string> {
  if (depth >= DEEPEST_CUT || typeof value !== "object" || value === null || "toJSON" in value) {
    yield JSON.stringify(value, null, 2).replaceAll("\n", `\n${"  ".repeat(depth)}`);
    return;
  }
  const isList = Array.isArray(value);
  const members: [string, unknown][] = isList
    ? value.map((each: unknown) => ["", each === undefined ? null : each])
    : Object.entries(value).filter(([, each]) => each !== undefined);
  if (members.length === 0) {
    yield isList ? "[]" : "{}";
    return;
  }
  const indent = "  ".repeat(depth + 1);
  let before = isList ? "[" : "{";
  for (const [name, each] of members) {
    yield `${before}\n${indent}${isList ? "" : `${JSON.stringify(name)}: `}`;
    yield* jsonPieces(each, depth + 1);
    before = ",";
  }
  yield `\n${"  ".repeat(depth)}${isList ? "]" : "}"}`;
}
