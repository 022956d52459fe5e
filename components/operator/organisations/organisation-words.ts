/** Kinds of organisations as people call them. */
export const KIND_WORDS: Record<string, { one: string; does: string }> = {
  merchant: { one: "Merchant", does: "takes payments at its devices" },
  agency: { one: "Agency", does: "has a share in the payments of a program" },
  operator: { one: "Operator", does: "runs the platform" },
};

export function kindWord(kind: string): string {
  return KIND_WORDS[kind]?.one ?? kind;
}
