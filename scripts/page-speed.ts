/**
 * `npm run page-speed -- [ADDRESS] [--json]`: how long each family of pages of a running demo takes until its content
 * stands, in a real browser: with an empty cache, then again with what the first visit left. Ends with 1 when a second
 * visit takes more than a second.
 */
import { parseArgs } from "node:util";
import { type Browser, chromium, type Page } from "playwright-core";
import { findBrowser } from "@/e2e/browser";
import { PAGE_FAMILIES, type PageFamily } from "@/e2e/page-families";
import { addressOf } from "@/e2e/pages/family-page";
import { SignInPage } from "@/e2e/pages/sign-in-page";
import { DEMO_PASSWORD } from "@/prisma/seed/harbor-city/cast";

const { values, positionals } = parseArgs({
  options: { json: { type: "boolean", default: false } },
  allowPositionals: true,
});
const address = (positionals[0] ?? "http://localhost:3000").replace(/\/+$/, "");
const BAR_MS = 1_000;
const VISITS = 3;

interface Speed {
  name: string;
  /** Milliseconds until the content stands: nothing in the cache, and the median of later visits. */
  firstMs: number;
  laterMs: number;
  /** Kilobytes of script that a first visit transfers. */
  scriptKb: number;
}

type Cookies = Awaited<ReturnType<ReturnType<Page["context"]>["cookies"]>>;
const sessions = new Map<string, Cookies>();

async function signedIn(browser: Browser, email: string): Promise<Cookies> {
  const known = sessions.get(email);
  if (known) return known;
  const context = await browser.newContext({ baseURL: address });
  const page = await context.newPage();
  await new SignInPage(page).enter(email, DEMO_PASSWORD);
  const cookies = await context.cookies();
  await context.close();
  sessions.set(email, cookies);
  return cookies;
}

/** From the request for the page until a heading stands and no part of it is a skeleton. */
async function visit(page: Page, path: string): Promise<number> {
  const began = performance.now();
  await page.goto(path, { waitUntil: "commit" });
  await page.waitForFunction(
    () => document.querySelector("h1") !== null && document.querySelector("[aria-busy=true]") === null,
    undefined,
    { polling: "raf", timeout: 60_000 },
  );
  return performance.now() - began;
}

async function measure(browser: Browser, family: PageFamily): Promise<Speed> {
  const context = await browser.newContext({ baseURL: address, viewport: { width: 1280, height: 800 } });
  try {
    if (family.email) await context.addCookies(await signedIn(browser, family.email));
    const page = await context.newPage();
    const path = await addressOf(page, family);
    let bytes = 0;
    const client = await context.newCDPSession(page);
    await client.send("Network.enable");
    const scripts = new Set<string>();
    client.on("Network.responseReceived", ({ requestId, type }) => {
      if (type === "Script") scripts.add(requestId);
    });
    client.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
      if (scripts.has(requestId)) bytes += encodedDataLength;
    });
    const firstMs = await visit(page, path);
    const scriptKb = bytes / 1_000;
    const later: number[] = [];
    for (let turn = 0; turn < VISITS; turn++) later.push(await visit(page, path));
    later.sort((a, b) => a - b);
    return { name: family.name, firstMs, laterMs: later[Math.floor(VISITS / 2)] ?? 0, scriptKb };
  } finally {
    await context.close();
  }
}

const browser = await chromium.launch(await findBrowser());
const speeds: Speed[] = [];
try {
  for (const family of PAGE_FAMILIES) {
    try {
      const speed = await measure(browser, family);
      speeds.push(speed);
      if (!values.json)
        console.log(
          `${speed.name.padEnd(46)} ${speed.firstMs.toFixed(0).padStart(6)} ms first ${speed.laterMs.toFixed(0).padStart(6)} ms later ${speed.scriptKb.toFixed(0).padStart(6)} kB of script${speed.laterMs > BAR_MS ? "  above the bar" : ""}`,
        );
    } catch (error) {
      // A demo may have no import yet; such a page is named, not measured.
      console.error(
        `${family.name.padEnd(46)} not measured: ${error instanceof Error ? error.message.split("\n")[0] : error}`,
      );
    }
  }
} finally {
  await browser.close();
}
const slow = speeds.filter(({ laterMs }) => laterMs > BAR_MS);
if (values.json) console.log(JSON.stringify({ address, barMs: BAR_MS, visits: VISITS, speeds }, null, 2));
else console.log(`\n${speeds.length} pages measured, ${slow.length} above ${BAR_MS} ms on a later visit`);
process.exitCode = slow.length > 0 ? 1 : 0;
