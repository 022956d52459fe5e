/** What every browser test stands on: the browser that was found, pages of the running stack, signing in, axe. */
import AxeBuilder from "@axe-core/playwright";
import { type Browser, type BrowserContext, test as base, expect, type Page } from "@playwright/test";
import { chromium } from "playwright-core";
import { DEMO_PASSWORD } from "@/prisma/seed/harbor-city/cast";
import { findBrowser } from "./browser";
import { SignInPage } from "./pages/sign-in-page";

export { expect };

interface Fixtures {
  /** Signs in as a person of the demo, by e-mail address; on the test's page unless another is given. */
  signIn: (email: string, on?: Page) => Promise<void>;
  /** Fails with what axe has found on the page as it stands, or in one part of it. */
  expectAccessible: (part?: string) => Promise<void>;
}

export const test = base.extend<Fixtures, { browser: Browser }>({
  browser: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixture's needs from this pattern.
    async ({}, use) => {
      const browser = await chromium.launch(await findBrowser());
      await use(browser);
      await browser.close();
    },
    { scope: "worker" },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: as above.
  baseURL: async ({}, use) => {
    const url = process.env.PURSE_E2E_URL;
    if (!url) throw new Error("The stack is not running: PURSE_E2E_URL is not set.");
    await use(url);
  },
  signIn: async ({ page }, use) => {
    await use((email, on = page) => signInAs(on, email));
  },
  expectAccessible: async ({ page }, use) => {
    await use(async (part = "html") => {
      const { violations } = await new AxeBuilder({ page }).include(part).analyze();
      const found = violations.map(
        (each) => `${each.id}: ${each.help} (${each.nodes.map((node) => node.target.join(" ")).join("; ")})`,
      );
      expect(found).toEqual([]);
    });
  },
});

type Cookies = Awaited<ReturnType<BrowserContext["cookies"]>>;
/** A person signs in through the page once per worker; further tests go on in that session. */
const sessions = new Map<string, Cookies>();

async function signInAs(page: Page, email: string): Promise<void> {
  const known = sessions.get(email);
  if (known) return await page.context().addCookies(known);
  await new SignInPage(page).enter(email, DEMO_PASSWORD);
  sessions.set(email, await page.context().cookies());
}
