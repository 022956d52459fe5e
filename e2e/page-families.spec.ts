import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";
import { PAGE_FAMILIES, type PageFamily } from "./page-families";

async function open(page: Page, family: PageFamily): Promise<void> {
  await page.goto(family.path);
  if (!family.detail) return;
  const id = new RegExp(`${family.detail}_[0-9a-z]{26}`);
  // A row leads to the page itself or to a sheet beside the list; both put the id into the address.
  await page.getByRole("main").locator("tbody tr").first().click();
  await expect.poll(() => page.url()).toMatch(id);
  await page.goto(`${family.path}/${id.exec(page.url())?.[0]}`);
}

/** Everything that was asked for has come: no skeleton is left. */
async function settled(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
}

for (const theme of ["light", "dark"] as const)
  test.describe(`in the ${theme} theme`, () => {
    test.use({ colorScheme: theme });
    for (const family of PAGE_FAMILIES)
      test(`${family.name}: opens without an error and axe finds nothing`, async ({
        page,
        signIn,
        expectAccessible,
      }) => {
        const errors: string[] = [];
        page.on("pageerror", (error) => errors.push(error.message));
        page.on("response", (response) => {
          if (response.status() >= 500) errors.push(`${response.status()} ${response.url()}`);
        });
        if (family.email) await signIn(family.email);
        await open(page, family);
        await settled(page);
        await expectAccessible();
        expect(errors).toEqual([]);
      });
  });
