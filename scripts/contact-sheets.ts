/**
 * `npm run contact-sheets -- [ADDRESS] [--only WORDS] [--widths 1280,390] [--themes light,dark] [--out FOLDER]`: all
 * families of pages of a running demo, several to a sheet, and a list of what reaches out of its place, to be looked
 * at by somebody who is hard to please. `--cast long` or `--cast empty` shows parties with very long names and large
 * amounts, or parties that nothing has happened to; it makes them first, in the database that DATABASE_URL names.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { findBrowser } from "@/e2e/browser";
import { PAGE_FAMILIES, type PageFamily, pageFamilies } from "@/e2e/page-families";
import { addressOf } from "@/e2e/pages/family-page";
import { findOverflow } from "@/e2e/pages/overflow";
import { SignInPage } from "@/e2e/pages/sign-in-page";
import { foundHard } from "@/e2e/stage/run-stage";
import { DEMO_PASSWORD } from "@/prisma/seed/harbor-city/cast";

const { values, positionals } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    widths: { type: "string", default: "1280,390" },
    themes: { type: "string", default: "light,dark" },
    cast: { type: "string", default: "demo" },
    out: { type: "string", default: "test-results/contact-sheets" },
  },
  allowPositionals: true,
});
const address = (positionals[0] ?? "http://localhost:3000").replace(/\/+$/, "");
const MAX_HEIGHT = 1_500;
const SHEET = { width: 1_560, height: 1_700, gap: 8 };

type Theme = "light" | "dark";

interface Picture {
  name: string;
  png: Buffer;
  width: number;
  height: number;
}

async function signedIn(browser: Browser, email: string | null): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL: address, reducedMotion: "reduce" });
  if (!email) return context;
  const page = await context.newPage();
  await new SignInPage(page).enter(email, DEMO_PASSWORD);
  await page.close();
  return context;
}

async function take(page: Page, name: string, width: number): Promise<Picture> {
  await page.waitForFunction(
    () => document.querySelector("h1") && !document.querySelector("[aria-busy=true]"),
    undefined,
    { timeout: 20_000 },
  );
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(400);
  const full = await page.evaluate(() => document.documentElement.scrollHeight);
  const height = Math.min(full, MAX_HEIGHT);
  const clip = { x: 0, y: 0, width, height };
  const png = await page.screenshot({ fullPage: true, clip, animations: "disabled", caret: "hide" });
  return { name, png, width, height };
}

/** Fills columns of one width from the top, the shortest first, and begins a new sheet when none has room. */
async function lay(browser: Browser, pictures: readonly Picture[], columns: number, title: string) {
  const across = Math.floor((SHEET.width - (columns + 1) * SHEET.gap) / columns);
  const sheets: Picture[][][] = [];
  let heights: number[] = [];
  for (const picture of pictures) {
    const tall = Math.round((picture.height * across) / picture.width) + 26;
    let at = heights.indexOf(Math.min(...heights));
    if (at < 0 || ((heights[at] ?? 0) > 0 && (heights[at] ?? 0) + tall > SHEET.height)) {
      sheets.push(Array.from({ length: columns }, () => []));
      heights = Array.from({ length: columns }, () => 0);
      at = 0;
    }
    sheets.at(-1)?.[at]?.push(picture);
    heights[at] = (heights[at] ?? 0) + tall;
  }
  const page = await browser.newPage({ viewport: { width: SHEET.width, height: 400 } });
  for (const [index, sheet] of sheets.entries()) {
    const figures = sheet.map((column) =>
      column
        .map(
          ({ name, png }) =>
            `<p>${name}</p><img width=${across} src="data:image/png;base64,${png.toString("base64")}">`,
        )
        .join(""),
    );
    await page.setContent(
      `<style>body{margin:0;background:#777;font:600 15px sans-serif;color:#fff;display:flex;gap:${SHEET.gap}px;padding:${SHEET.gap}px}p{margin:0 0 2px}img{display:block;margin-bottom:${SHEET.gap}px}</style>${figures.map((column) => `<div>${column}</div>`).join("")}`,
    );
    await page.screenshot({
      path: join(values.out, `${title}-${`${index + 1}`.padStart(2, "0")}.png`),
      fullPage: true,
    });
  }
  await page.close();
  console.log(`${title}: ${pictures.length} pictures on ${sheets.length} sheets`);
}

async function photograph(browser: Browser, families: readonly PageFamily[]): Promise<string[]> {
  const faults: string[] = [];
  const contexts = new Map<string | null, BrowserContext>();
  const addresses = new Map<string, string>();
  for (const width of values.widths.split(",").map(Number))
    for (const theme of values.themes.split(",") as Theme[]) {
      const pictures: Picture[] = [];
      for (const family of families) {
        const context = contexts.get(family.email) ?? (await signedIn(browser, family.email));
        contexts.set(family.email, context);
        const page = await context.newPage();
        try {
          await page.setViewportSize({ width, height: 844 });
          await page.emulateMedia({ colorScheme: theme });
          const path = addresses.get(family.name) ?? (await addressOf(page, family));
          addresses.set(family.name, path);
          await page.goto(path);
          pictures.push(await take(page, family.name, width));
          if (theme !== values.themes.split(",")[0]) continue;
          const found = await findOverflow(page);
          faults.push(...found.map((each) => `${width}  ${family.name}: ${each}`));
        } catch (error) {
          faults.push(
            `${width}  ${family.name}: ${error instanceof Error ? error.message.split("\n")[0] : error}`,
          );
        } finally {
          await page.close();
        }
      }
      await lay(browser, pictures, width < 800 ? 4 : 2, `${width}-${theme}`);
    }
  return faults;
}

async function familiesOf(cast: string): Promise<readonly PageFamily[]> {
  if (cast === "demo") return PAGE_FAMILIES;
  const made = await foundHard(process.env.DATABASE_URL);
  if (cast === "long") return pageFamilies(made);
  // The console is never a party's, and what is not there has no page of its own.
  return pageFamilies(made.empty).filter(({ name, one }) => !one && !name.startsWith("console"));
}

await mkdir(values.out, { recursive: true });
const browser = await chromium.launch(await findBrowser());
try {
  const families = (await familiesOf(values.cast)).filter(({ name }) => new RegExp(values.only).test(name));
  const faults = await photograph(browser, families);
  await writeFile(join(values.out, "overflow.txt"), `${faults.join("\n")}\n`);
  console.log(faults.join("\n"));
} finally {
  await browser.close();
}
