/** Every family of pages opens without an error and passes axe, in both themes; a page that none covers fails here. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { ask } from "./api";
import { expect, test } from "./fixtures";
import { PAGE_FAMILIES } from "./page-families";
import { addressOf, settled } from "./pages/family-page";
import { testFile, upload } from "./pages/imports";

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

for (const family of PAGE_FAMILIES)
  test(`${family.name}: opens without an error, and axe finds nothing in either theme`, async ({
    page,
    signIn,
    expectAccessible,
  }) => {
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("response", (response) => {
      if (response.status() >= 500) errors.push(`${response.status()} ${response.url()}`);
    });
    await page.emulateMedia({ colorScheme: "light" });
    if (family.email) await signIn(family.email);
    if (family.one?.procedure === "imports.list") await importSomething(page);
    await page.goto(await addressOf(page, family));
    await settled(page);
    await expect(page.getByRole("heading", { name: /There is (no|nothing)/ })).toHaveCount(0);
    await expectAccessible();
    // The theme follows the system until somebody chooses one.
    await page.emulateMedia({ colorScheme: "dark" });
    await expect(page.locator("html")).toHaveClass(/\bdark\b/);
    await settled(page);
    await expectAccessible();
    expect(errors).toEqual([]);
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
