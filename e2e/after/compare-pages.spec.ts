/** What the page families showed, held against each other when all of them have been visited. */
import { HARBOR_CITY } from "@/prisma/seed/harbor-city/cast";
import { expect, test } from "../fixtures";
import { readShown } from "../shown";

/** How each thing is shown, and by which families. */
function waysOf(entries: readonly (readonly [what: string, as: string, family: string])[]) {
  const ways = new Map<string, Map<string, Set<string>>>();
  for (const [what, as, family] of entries) {
    const known = ways.get(what) ?? new Map<string, Set<string>>();
    ways.set(what, known.set(as, (known.get(as) ?? new Set()).add(family)));
  }
  return ways;
}

/** What is shown in more than one way. */
function inSeveralWays(ways: ReturnType<typeof waysOf>): string[] {
  const words = ([as, families]: [string, Set<string>]) => `${as} on ${[...families].join(", ")}`;
  return [...ways]
    .filter(([, own]) => own.size > 1)
    .map(([what, own]) => `${what}: ${[...own].map(words).join("; ")}`);
}

test("a fact is the same figure wherever it stands", async () => {
  const shown = await readShown();
  const ways = waysOf(
    shown.flatMap(({ family, facts }) => facts.map(({ fact, figure }) => [fact, figure, family] as const)),
  );
  expect(inSeveralWays(ways)).toEqual([]);
  // How many there are follows what happened in the demo; each family above has shown its own sums.
  expect(shown.reduce((sum, { sums }) => sum + sums, 0)).toBeGreaterThan(80);
  const compared = [...ways].filter(([, own]) => [...own.values()].some((families) => families.size > 1));
  const kinds = new Set(compared.map(([fact]) => fact.split(" ").at(-1)?.split(":")[0]));
  expect([...kinds]).toEqual(expect.arrayContaining(["amount", "gross", "payout", "refunds", "share"]));
});

test("a party has one colour on every page, in each theme", async () => {
  const shown = await readShown();
  for (const theme of ["light", "dark"] as const) {
    const ways = waysOf(
      shown.flatMap(({ family, colours }) =>
        colours[theme].map(({ party, colour }) => [party, colour, family] as const),
      ),
    );
    expect(inSeveralWays(ways)).toEqual([]);
    expect(ways.size).toBeGreaterThan(8);
    // Programs that other tests found have parties of their own.
    const city = [...ways].filter(([party]) => HARBOR_CITY.parties.includes(party));
    const own = city.map(([, colours]) => [...colours.keys()][0]);
    expect(new Set(own).size, "no two parties of the city share a colour").toBe(own.length);
  }
});
