/** Finds a Chromium, also where nothing can be downloaded but npm packages. */
import { existsSync } from "node:fs";
import sparticuz from "@sparticuz/chromium";
import { chromium, type LaunchOptions } from "playwright-core";

const SYSTEM_BROWSERS = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** In this order: the path in PURSE_BROWSER, Playwright's own, one of the system, the one inside an npm package. */
export async function findBrowser(): Promise<LaunchOptions> {
  const named = process.env.PURSE_BROWSER;
  if (named) {
    if (!existsSync(named)) throw new Error(`PURSE_BROWSER names ${named}, which does not exist.`);
    return withPath(named);
  }
  const own = chromium.executablePath();
  if (own && existsSync(own)) return withPath(own);
  const system = SYSTEM_BROWSERS.find((path) => existsSync(path));
  if (system) return withPath(system);
  // Its arguments are for a machine with one short task; in a single process the browser dies with its first context.
  const args = sparticuz.args.filter((arg) => arg !== "--single-process" && arg !== "--no-zygote");
  return { executablePath: await sparticuz.executablePath(), args, headless: true };
}

function withPath(executablePath: string): LaunchOptions {
  return { executablePath, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [], headless: true };
}
