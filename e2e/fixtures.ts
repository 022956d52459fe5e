/** What every browser test stands on: the browser that was found, pages of the running stack, signing in, axe. */
import AxeBuilder from "@axe-core/playwright";
import { type Browser, type BrowserContext, test as base, expect, type Page } from "@playwright/test";
import { chromium } from "playwright-core";
import { DEMO_PASSWORD } from "@/prisma/seed/harbor-city/cast";
import { findBrowser } from "./browser";
import { SignInPage } from "./pages/sign-in-page";
import { stack } from "./stack";

export { expect };

interface Fixtures {
  /** Signs in as a person of the demo, by e-mail address; on the test's page unless another is given. */
  signIn: (email: string, on?: Page) => Promise<void>;
  /** Fails with what axe has found on the page as it stands, or in one part of it. */
  expectAccessible: (part?: string) => Promise<void>;
}

interface Shared {
  browser: Browser;
  /**
   * The page of a person, or of somebody who is not signed in, that lives as long as the worker: what only looks at
   * many pages finds their scripts in the browser already. It comes in light, at the usual width.
   */
  visit: (email: string | null) => Promise<Page>;
}

const VIEWPORT = { width: 1440, height: 900 };

export const test = base.extend<Fixtures, Shared>({
  browser: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixture's needs from this pattern.
    async ({}, use) => {
      const browser = await chromium.launch(await findBrowser());
      await use(browser);
      await browser.close();
    },
    { scope: "worker" },
  ],
  visit: [
    async ({ browser }, use) => {
      const pages = new Map<string | null, Page>();
      await use(async (email) => {
        const known = pages.get(email);
        const page = known ?? (await (await browser.newContext({ baseURL: stack.webUrl })).newPage());
        if (!known) {
          pages.set(email, page);
          if (email) await signInAs(page, email);
        }
        await page.setViewportSize(VIEWPORT);
        await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
        return page;
      });
      for (const page of pages.values()) await page.context().close();
    },
    { scope: "worker" },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: as above.
  baseURL: async ({}, use) => {
    await use(stack.webUrl);
  },
  signIn: async ({ page }, use) => {
    await use((email, on = page) => signInAs(on, email));
  },
  expectAccessible: async ({ page }, use) => {
    await use((part) => expectAccessible(page, part));
  },
});

async function expectAccessible(page: Page, part = "html", rules?: string[]): Promise<void> {
  const axe = new AxeBuilder({ page }).include(part);
  const { violations } = await (rules ? axe.withRules(rules) : axe).analyze();
  const found = violations.map(
    (each) => `${each.id}: ${each.help} (${each.nodes.map((node) => node.target.join(" ")).join("; ")})`,
  );
  expect(found).toEqual([]);
}

/** In light everything that axe knows; in dark, where only colours are others, what it says of them. */
export async function expectAccessibleInBothThemes(
  page: Page,
  part?: string,
  inDark?: () => Promise<void>,
): Promise<void> {
  await expectAccessible(page, part);
  // The theme follows the system until somebody chooses one.
  await page.emulateMedia({ colorScheme: "dark" });
  await expect(page.locator("html")).toHaveClass(/\bdark\b/);
  await inDark?.();
  await expectAccessible(page, part, ["color-contrast"]);
}

type Cookies = Awaited<ReturnType<BrowserContext["cookies"]>>;
/** A person signs in through the page once per worker; further tests go on in that session. */
const sessions = new Map<string, Cookies>();

async function signInAs(page: Page, email: string): Promise<void> {
  const known = sessions.get(email);
  if (known) return await page.context().addCookies(known);
  await new SignInPage(page).enter(email, DEMO_PASSWORD);
  sessions.set(email, await page.context().cookies());
}
