/**
 * Every family of pages, visited once: it opens without an error, axe finds nothing in either theme, nothing scrolls
 * sideways on a phone, its figures add up by themselves, and what is said of a fact or a party is the same everywhere.
 * Pages mark which of their figures are parts of a sum (`data-sum`), and name facts that stand in several places
 * (`data-fact`); what is read is the text that people see. A page that no family covers fails here.
 */
import { readdirSync } from "node:fs";
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

/** What the pages showed of something, and the families that showed it so. */
type Shown = Map<string, Map<string, Set<string>>>;
const facts: Shown = new Map();
const colours: Record<"light" | "dark", Shown> = { light: new Map(), dark: new Map() };
let sumsAdded = 0;

function note(shown: Shown, what: string, as: string, family: string): void {
  const ways = shown.get(what) ?? new Map<string, Set<string>>();
  shown.set(what, ways.set(as, (ways.get(as) ?? new Set()).add(family)));
}

/** What is shown in more than one way. */
function shownTwice(shown: Shown): string[] {
  const words = ([as, families]: [string, Set<string>]) => `${as} on ${[...families].join(", ")}`;
  return [...shown]
    .filter(([, ways]) => ways.size > 1)
    .map(([what, ways]) => `${what}: ${[...ways].map(words).join("; ")}`);
}

async function noteColours(page: Page, theme: "light" | "dark", family: string): Promise<void> {
  for (const { party, colour } of await readPartyColours(page)) note(colours[theme], party, colour, family);
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
  test(`${family.name}: opens without an error, is accessible, adds up, fits a phone`, async ({ visit }) => {
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

    const { sums, facts: found } = await readSettledFigures(page, family.name);
    const wrong = sums.filter(({ parts, whole }) => parts !== whole);
    expect(wrong.map(({ name, shown }) => `${name}: ${shown}`)).toEqual([]);
    sumsAdded += sums.length;
    for (const { fact, figure } of found) note(facts, fact, figure, family.name);

    await noteColours(page, "light", family.name);
    await expectAccessibleInBothThemes(page, "html", async () => {
      await settled(page);
      await noteColours(page, "dark", family.name);
    });

    await page.setViewportSize({ width: 390, height: 844 });
    await settled(page);
    expect(await new Frame(page).sidewaysOverflow(), "pixels beyond a phone's screen").toBeLessThanOrEqual(0);
    page.off("pageerror", onError);
    page.off("response", onResponse);
    expect(errors).toEqual([]);
  });

test("a fact is the same figure wherever it stands", () => {
  expect(shownTwice(facts)).toEqual([]);
  // How many there are follows what happened in the demo; each family above has shown its own sums.
  expect(sumsAdded).toBeGreaterThan(80);
  const compared = [...facts].filter(([, ways]) => [...ways.values()].some((families) => families.size > 1));
  const kinds = new Set(compared.map(([fact]) => fact.split(" ").at(-1)?.split(":")[0]));
  expect([...kinds]).toEqual(expect.arrayContaining(["amount", "gross", "payout", "refunds", "share"]));
});

test("a party has one colour on every page, in each theme", () => {
  for (const theme of ["light", "dark"] as const) {
    expect(shownTwice(colours[theme])).toEqual([]);
    expect(colours[theme].size).toBeGreaterThan(8);
    // Programs that other tests found have parties of their own.
    const city = [...colours[theme]].filter(([party]) => HARBOR_CITY.parties.includes(party));
    const own = city.map(([, ways]) => [...ways.keys()][0]);
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
