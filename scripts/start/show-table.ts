import { DEMO_PASSWORD, PEOPLE } from "@/prisma/seed/harbor-city/cast";

export function showTable(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  const lines = rows.map(([left, right]) => `  ${left.padEnd(width)}   ${right}`);
  const rule = `  ${"─".repeat(Math.max(...lines.map((line) => line.length)) - 2)}`;
  return [rule, ...lines, rule].join("\n");
}

/** Who can sign in to the demo, with the words under which each is shown. */
export function demoSignIns(): [string, string][] {
  return PEOPLE.flatMap((person): [string, string][] =>
    person.shownAs ? [[person.shownAs, `${person.email}   ${DEMO_PASSWORD}`]] : [],
  );
}
