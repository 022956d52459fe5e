import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results/browser",
  globalSetup: "./e2e/global-setup.ts",
  // The tests share one seeded city; two at a time is what two cores carry beside the stack.
  fullyParallel: true,
  workers: 2,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  forbidOnly: true,
  retries: 0,
  projects: [
    { name: "city", testIgnore: "**/after/**" },
    // Compares what the pages showed, so it waits for all of them.
    { name: "after", testDir: "e2e/after", dependencies: ["city"] },
  ],
  reporter: [["list"], ["json", { outputFile: "test-results/browser.json" }]],
  use: { screenshot: "only-on-failure", trace: "off", viewport: { width: 1440, height: 900 } },
});
