/** A deployment without mail: how somebody comes in and back by a code and a link, in three browsers. */
import type { Browser, Page } from "@playwright/test";
import { test as base, expect } from "./fixtures";
import { type EmptyDeployment, startEmptyDeployment } from "./stage/empty-deployment";

const PASSWORD = "four plain words suffice";
const CODE = /[A-Z]{4}-[A-Z]{4}-[A-Z]{4}/;

const test = base.extend<{ deployment: EmptyDeployment }>({
  deployment: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixture's needs from this pattern.
    async ({}, use) => {
      const deployment = await startEmptyDeployment({ mail: false });
      await use(deployment);
      await deployment.stop();
    },
    // It builds first where the build is not of these sources.
    { timeout: 600_000 },
  ],
});

const dialog = (page: Page) => page.locator("[role=dialog]:not([data-toast]),[role=alertdialog]").last();

async function openSeat(browser: Browser, baseURL: string): Promise<Page> {
  return await (await browser.newContext({ baseURL, viewport: { width: 1280, height: 900 } })).newPage();
}

async function found(page: Page, link: string, name: string, platform?: string): Promise<void> {
  await page.goto(link);
  if (platform) await page.getByRole("textbox", { name: "Who runs this platform" }).fill(platform);
  await page.getByRole("textbox", { name: "Your name" }).fill(name);
  await page
    .getByRole("textbox", { name: "E-mail" })
    .fill(`${name.split(" ")[0]?.toLowerCase()}@north.example`);
  await page.getByLabel("Choose a password").fill(PASSWORD);
  await page.getByRole("button", { name: "Open the operator console" }).click();
  await expect(page).toHaveURL(/\/ops/);
}

async function readFrom(page: Page, what: RegExp): Promise<string> {
  await expect(dialog(page)).toContainText(what);
  const text = what.exec((await dialog(page).textContent()) ?? "")?.[0] ?? "";
  await dialog(page).getByRole("button", { name: "Done" }).click();
  return text;
}

/** The second person's half. */
async function confirm(page: Page, what: RegExp): Promise<string> {
  await page.goto("/ops/team");
  await page.getByRole("button", { name: "Confirm…" }).click();
  await dialog(page).getByRole("button", { name: "Show the link" }).click();
  return await readFrom(page, what);
}

test("without mail two founders let somebody in and back, each with a half of what it takes", async ({
  browser,
  deployment,
}) => {
  test.setTimeout(240_000);
  const open = () => openSeat(browser, deployment.webUrl);
  const [olga, rune, ada] = [await open(), await open(), await open()];
  const [one = "", other = ""] = deployment.foundingLinks;
  await found(olga, one, "Olga Nord", "North Mobility");
  await found(rune, other, "Rune Vik");

  await olga.goto("/ops/team");
  await olga.getByRole("button", { name: "Invite somebody" }).click();
  await dialog(olga).getByRole("textbox", { name: "E-mail" }).fill("ada@north.example");
  await dialog(olga).getByRole("button", { name: "Invite" }).last().click();
  const code = await readFrom(olga, CODE);
  const link = await confirm(rune, /http\S+\/invitation\/[\w-]{43}/);

  await ada.goto(link);
  await ada.getByRole("textbox", { name: "Your name" }).fill("Ada Quay");
  await ada.getByLabel("Choose a password").fill(PASSWORD);
  await ada.getByRole("textbox", { name: "Code" }).fill("BBBB-BBBB-BBBB");
  await ada.getByRole("button", { name: "Join North Mobility" }).click();
  await expect(ada.getByText("The code does not fit this link")).toBeVisible();
  await ada.getByRole("textbox", { name: "Code" }).fill(code.toLowerCase());
  await ada.getByRole("button", { name: "Join North Mobility" }).click();
  await expect(ada).toHaveURL(/\/ops/);

  // She loses her password: the page tells the way without asking who she is.
  const back = await open();
  await back.goto("/sign-in");
  await back.getByRole("link", { name: "Forgot your password?" }).click();
  await expect(back.getByText("They tell you a code; a second person gives you a link.")).toBeVisible();
  await expect(back.getByRole("textbox")).toHaveCount(0);
  await olga.reload();
  await olga.getByRole("button", { name: "Change Ada Quay" }).click();
  await olga.getByRole("menuitem", { name: "New password…" }).click();
  await dialog(olga).getByRole("button", { name: "Make a code" }).click();
  const secondCode = await readFrom(olga, CODE);
  await back.goto(await confirm(rune, /http\S+\/new-password\/[\w-]{43}/));
  await back.getByRole("textbox", { name: "Code" }).fill(secondCode);
  await back.getByLabel("New password").fill("another four plain words");
  await back.getByRole("button", { name: "Set it and sign in" }).click();
  await expect(back).toHaveURL(/\/ops/);
  // Her session of before has ended.
  await ada.goto("/ops/team");
  await expect(ada).toHaveURL(/\/sign-in/);
  await Promise.all([olga, rune, ada, back].map((page) => page.context().close()));
});
