/**
 * Every family of pages, visited once: it opens without an error, axe finds nothing in either theme, nothing scrolls
 * sideways at a phone's width or a desk's, and its figures add up by themselves. What it says of facts and parties is
 * kept for `after/compare-pages.spec.ts`.
 * Pages mark which of their figures are parts of a sum (`data-sum`), and name facts that stand in several places
 * (`data-fact`); what is read is the text that people see. A page that no family covers fails here.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { ask } from "./api";
import { expect, expectAccessibleInBothThemes, test } from "./fixtures";
import { PAGE_FAMILIES } from "./page-families";
import { addressOf, settled } from "./pages/family-page";
import { readFigures } from "./pages/figures";
import { Frame } from "./pages/frame";
import { testFile, upload } from "./pages/imports";
import { readPartyColours } from "./pages/party-colours";
import { keepShown, type Shown } from "./shown";
import { SHOWN_SUMS } from "./shown-sums";

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
