/**
 * Every family of pages, visited once: it opens without an error, axe finds nothing in either theme, nothing scrolls
 * sideways at a phone's width or a desk's, its figures add up by themselves, and what is said of a fact or a party is
 * the same everywhere.
 * Pages mark which of their figures are parts of a sum (`data-sum`), and name facts that stand in several places
 * (`data-fact`); what is read is the text that people see. A page that no family covers fails here.
 */
import { readdirSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { HARBOR_CITY } from "@/prisma/seed/harbor-city/cast";
import { ask } from "./api";
import { expect, expectAccessibleInBothThemes, test } from "./fixtures";
import { PAGE_FAMILIES } from "./page-families";
import { addressOf, settled } from "./pages/family-page";
import { readFigures } from "./pages/figures";
import { Frame } from "./pages/frame";
import { testFile, upload } from "./pages/imports";
import { readPartyColours } from "./pages/party-colours";
import { SHOWN_SUMS } from "./shown-sums";

// One after the other in one browser: the last tests compare what the pages before them showed.
test.describe.configure({ mode: "default" });

/** The demo's history has no file that was imported; the page of one has lines to show after this. */
async function importSomething(page: Page): Promise<void> {
  const { id, parties } = await ask<{ id: string; parties: { id: string; slug: string }[] }>(
    page,
    "ops/harbor-city",
    "programs.get",
    { slug: "seattle-street-parking" },
  );
  const merchantId = parties.find(({ slug }) => slug === "pike-meters")?.id ?? "";
  await page.goto("/ops/imports");
  await upload(page, { programId: id, merchantId }, await testFile("odd-lines.csv"));
}

interface Shown {
  family: string;
  sums: number;
  facts: { fact: string; figure: string }[];
  colours: Record<"light" | "dark", { party: string; colour: string }[]>;
}

/** What each page showed is kept in a file, so that a page that fails takes nothing from the comparison at the end. */
const shownFolder = () => join(test.info().project.outputDir, "shown");

async function keepShown(shown: Shown): Promise<void> {
  await mkdir(shownFolder(), { recursive: true });
  await writeFile(join(shownFolder(), `${shown.family}.json`), JSON.stringify(shown));
}

async function readShown(): Promise<Shown[]> {
  const files = await readdir(shownFolder());
  const texts = await Promise.all(files.map((file) => readFile(join(shownFolder(), file), "utf8")));
  return texts.map((text) => JSON.parse(text) as Shown);
}

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

/** Parts of a page come after each other; it is read when all the sums that it has are there. */
async function readSettledFigures(page: Page, family: string) {
  let read = await readFigures(page);
  await expect(async () => {
    read = await readFigures(page);
    const names = read.sums.map(({ name }) => name);
    expect(names, "the sums of this page").toEqual(expect.arrayContaining([...(SHOWN_SUMS[family] ?? [])]));
  }).toPass({ timeout: 20_000 });
  return read;
}

for (const family of PAGE_FAMILIES)
  test(`${family.name}: opens without an error, is accessible, adds up, fits the screen`, async ({
    visit,
  }) => {
    const page = await visit(family.email);
    const errors: string[] = [];
    const onError = (error: Error) => errors.push(error.message);
    const onResponse = (response: { status(): number; url(): string }) => {
      if (response.status() >= 500) errors.push(`${response.status()} ${response.url()}`);
    };
    page.on("pageerror", onError);
    page.on("response", onResponse);
    if (family.one?.procedure === "imports.list") await importSomething(page);
    await page.goto(await addressOf(page, family));
    await settled(page);
    await expect(page.getByRole("heading", { name: /There is (no|nothing)/ })).toHaveCount(0);

    const { sums, facts } = await readSettledFigures(page, family.name);
    const wrong = sums.filter(({ parts, whole }) => parts !== whole);
    expect(wrong.map(({ name, shown }) => `${name}: ${shown}`)).toEqual([]);
    const colours: Shown["colours"] = { light: await readPartyColours(page), dark: [] };
    await expectAccessibleInBothThemes(page, "html", async () => {
      await settled(page);
      colours.dark = await readPartyColours(page);
    });
    await keepShown({ family: family.name, sums: sums.length, facts, colours });

    for (const width of [390, 1280]) {
      await page.setViewportSize({ width, height: 844 });
      await settled(page);
      expect(await new Frame(page).sidewaysOverflow(), `pixels beyond ${width}`).toBeLessThanOrEqual(0);
    }
    page.off("pageerror", onError);
    page.off("response", onResponse);
    expect(errors).toEqual([]);
  });

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

test("the sums that are said to be shown are those of the families", () => {
  expect(Object.keys(SHOWN_SUMS).sort()).toEqual(PAGE_FAMILIES.map(({ name }) => name).sort());
});

const APP = join(import.meta.dirname, "../app");
/** Pages that show nothing of their own: they lead on. */
const LEADS_ON = ["/"];

/** Addresses of all pages as the files say them: `/m/[merchant]/payments`. */
function listRoutes(): string[] {
  return readdirSync(APP, { recursive: true, encoding: "utf8" })
    .filter((file) => /(^|\/)page\.tsx$/.test(file))
    .map((file) => file.split("/").slice(0, -1))
    .map((folders) => `/${folders.filter((each) => !each.startsWith("(")).join("/")}`);
}

/** The route that shows an address: the one with the fewest placeholders among those that fit. */
function routeOf(address: string, routes: readonly string[]): string | undefined {
  const placeholders = (route: string) => route.split("[").length;
  const fits = (route: string) =>
    new RegExp(`^${route.replaceAll(/\[\w+\]/g, "[^/]+")}$`).test(address.replace(/\/$/, "") || "/");
  return routes.filter(fits).sort((a, b) => placeholders(a) - placeholders(b))[0];
}

test("every page of the application belongs to a family", () => {
  const routes = listRoutes();
  expect(routes.length).toBeGreaterThan(30);
  const covered = PAGE_FAMILIES.map(({ path, one }) => routeOf(one ? `${path}/one` : path, routes));
  const uncovered = routes.filter((route) => !covered.includes(route) && !LEADS_ON.includes(route));
  expect(uncovered).toEqual([]);
});

test("every family has a page", () => {
  const routes = listRoutes();
  const without = PAGE_FAMILIES.filter(({ path, one }) => !routeOf(one ? `${path}/one` : path, routes));
  expect(without.map(({ name }) => name)).toEqual([]);
});
