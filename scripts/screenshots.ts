/**
 * `npm run screenshots -- ADDRESS`: takes the pictures of the README from a stack that runs with the whole demo.
 * Without an address, from the one that `npm start` serves.
 */
import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { findBrowser } from "@/e2e/browser";
import { SignInPage } from "@/e2e/pages/sign-in-page";
import { DEMO_PASSWORD } from "@/prisma/seed/harbor-city/cast";

const address = (process.argv[2] ?? "http://localhost:3000").replace(/\/+$/, "");
const folder = join(import.meta.dirname, "../docs/images");
const MAX_BYTES = 300_000;

interface Picture {
  name: string;
  email: string;
  theme: "light" | "dark";
  /** Goes to what is shown; the page is signed in. */
  open: (page: Page) => Promise<void>;
}

const openFirstRow = async (page: Page, list: string, text?: string) => {
  await page.goto(`${address}${list}`);
  const rows = page.getByRole("main").locator("tbody tr");
  await (text ? rows.filter({ hasText: text }) : rows).first().click();
  await page.getByText("Adds up to the cent with the ledger").first().waitFor();
};

const PICTURES: Picture[] = [
  {
    name: "merchant-overview",
    email: "sam@voltway.example",
    theme: "light",
    open: async (page) => void (await page.goto(`${address}/m/voltway`)),
  },
  {
    name: "merchant-payout",
    email: "sam@voltway.example",
    theme: "light",
    open: (page) => openFirstRow(page, "/m/voltway/payouts", "Paid"),
  },
  {
    name: "agency-overview",
    email: "ana@metrotransit.example",
    theme: "dark",
    open: async (page) => void (await page.goto(`${address}/a/metro-transit`)),
  },
  {
    name: "review-queue",
    email: "mina@harborcity.example",
    theme: "light",
    open: async (page) => {
      await page.goto(`${address}/ops/review`);
      await page.getByText("Why this score").waitFor();
    },
  },
  {
    name: "settlement-run",
    email: "ravi@harborcity.example",
    theme: "dark",
    open: (page) => openFirstRow(page, "/ops/settlement", "Calculated"),
  },
];

async function take(browser: Browser, picture: Picture): Promise<void> {
  const context = await browser.newContext({
    baseURL: address,
    viewport: { width: 1440, height: 900 },
    colorScheme: picture.theme,
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  await new SignInPage(page).enter(picture.email, DEMO_PASSWORD);
  await picture.open(page);
  await page.getByRole("heading", { level: 1 }).first().waitFor({ state: "attached" });
  await page.waitForFunction(() => document.querySelectorAll("[aria-busy=true], .skeleton").length === 0);
  await page.evaluate(() => document.fonts.ready);
  // Charts measure their width once and draw; the pointer must not rest on one of them.
  await page.mouse.move(1439, 899);
  await page.waitForTimeout(1_500);
  const path = join(folder, `${picture.name}.png`);
  await page.screenshot({ path, animations: "disabled", caret: "hide" });
  await context.close();
  const { size } = await stat(path);
  console.log(`docs/images/${picture.name}.png  ${Math.round(size / 1000)} kB`);
  if (size > MAX_BYTES) throw new Error(`${picture.name}.png has more than ${MAX_BYTES / 1000} kB.`);
}

await mkdir(folder, { recursive: true });
const browser = await chromium.launch(await findBrowser());
try {
  for (const picture of PICTURES) await take(browser, picture);
} finally {
  await browser.close();
}
