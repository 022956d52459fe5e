/** The way of a new user: from an empty deployment and its two founding links to the first payout that is paid. */
import { generateKeyPairSync } from "node:crypto";
import type { Browser, Page } from "@playwright/test";
import { decimalOf, microsOf, sumOf } from "./amounts";
import { ask } from "./api";
import { TestDevice } from "./devices";
import { test as base, expect } from "./fixtures";
import { RunPage } from "./pages/run-page";
import { type EmptyDeployment, startEmptyDeployment } from "./stage/empty-deployment";

const PASSWORD = "four plain words suffice";
const AMOUNTS = ["4.00", "12.50", "7.35", "0.99"];
const AGENCY = {
  name: "Quay Authority",
  slug: "quay-authority",
  admin: "Ada Quay",
  account: "NO9386011117947",
};
/** This account number reads like a card's. */
const MERCHANT = {
  name: "Pier Chargers",
  slug: "pier-chargers",
  admin: "Per Pier",
  account: "NO3710000261322",
};
const PROGRAM = { name: "Fjord City", slug: "fjord-city" };
type Party = typeof AGENCY;

const test = base.extend<{ deployment: EmptyDeployment }>({
  deployment: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixture's needs from this pattern.
    async ({}, use) => {
      const deployment = await startEmptyDeployment({ mail: true });
      await use(deployment);
      await deployment.stop();
    },
    // It builds first where the build is not of these sources.
    { timeout: 600_000 },
  ],
});

const dialog = (page: Page) => page.locator("[role=dialog]:not([data-toast]),[role=alertdialog]").last();
const press = (page: Page, name: string | RegExp) => page.getByRole("button", { name }).first().click();
const agree = (page: Page, name: string | RegExp) =>
  dialog(page).getByRole("button", { name }).last().click();

async function openSeat(browser: Browser, baseURL: string): Promise<Page> {
  const context = await browser.newContext({ baseURL, viewport: { width: 1280, height: 900 } });
  return await context.newPage();
}

async function become(page: Page, link: string, name: string, enter: string | RegExp): Promise<void> {
  await page.goto(link);
  await page.getByRole("textbox", { name: "Your name" }).fill(name);
  await page.getByLabel("Choose a password").fill(PASSWORD);
  await press(page, enter);
}

async function found(
  page: Page,
  link: string,
  name: string,
  email: string,
  platform?: string,
): Promise<void> {
  await page.goto(link);
  if (platform) await page.getByRole("textbox", { name: "Who runs this platform" }).fill(platform);
  await page.getByRole("textbox", { name: "Your name" }).fill(name);
  await page.getByRole("textbox", { name: "E-mail" }).fill(email);
  await page.getByLabel("Choose a password").fill(PASSWORD);
  await press(page, "Open the operator console");
  await expect(page).toHaveURL(/\/ops/, { timeout: 30_000 });
}

/** Creates an organisation and invites its admin; a second operator lets the invitation go. Gives its id. */
async function bringIn(
  deployment: EmptyDeployment,
  [first, second]: readonly [Page, Page],
  kind: "Merchant" | "Agency",
  party: Party,
): Promise<string> {
  const email = `admin@${party.slug}.example`;
  await first.goto("/ops/organisations");
  await press(first, "Create an organisation");
  await dialog(first).getByRole("combobox", { name: "Kind" }).click();
  await first.getByRole("option", { name: new RegExp(kind) }).click();
  await dialog(first).getByRole("textbox", { name: "Name", exact: true }).fill(party.name);
  await agree(first, "Create");
  await expect(first).toHaveURL(/\/organisations\/org_[0-9a-z]{26}/);
  const id = /org_[0-9a-z]{26}/.exec(first.url())?.[0] ?? "";
  await press(first, "Invite an admin");
  await dialog(first).getByRole("textbox", { name: "E-mail" }).fill(email);
  await agree(first, "Invite");
  await expect(dialog(first)).toContainText("you cannot confirm it yourself");
  await agree(first, "Done");

  await second.goto(`/ops/organisations/${id}`);
  await press(second, "Confirm…");
  await agree(second, /./);
  await expect.poll(() => linkIn(deployment, email), { timeout: 30_000 }).not.toBeNull();
  return id;
}

/** The party enters its account, and somebody of the operator who did not bring it in confirms it. */
async function openAccount(own: Page, portal: string, second: Page, id: string, party: Party): Promise<void> {
  await own.goto(`${portal}/bank-accounts`);
  await press(own, "Enter an account");
  await dialog(own).getByRole("textbox", { name: "Account number" }).fill(party.account);
  await dialog(own).getByRole("textbox", { name: "Bank", exact: true }).fill("Fjord Bank");
  await agree(own, "Enter it");
  await expect(own.getByText("waits for a second person").first()).toBeVisible();
  await second.goto(`/ops/organisations/${id}`);
  await press(second, "Confirm");
  await agree(second, "Confirm the account");
  await expect(second.getByRole("table", { name: "Bank accounts" })).toContainText(/In use|Active/);
}

const linkIn = (deployment: EmptyDeployment, email: string, kind = "invitation") =>
  new RegExp(`http:\\S+/${kind}/[\\w-]+`).exec(deployment.mailTo(email)?.text ?? "")?.[0] ?? null;

test("from two founding links to a payout that is paid", async ({ browser, deployment }) => {
  test.setTimeout(300_000);
  const seats = await Promise.all(Array.from({ length: 4 }, () => openSeat(browser, deployment.webUrl)));
  const [first, second, agency, merchant] = seats as [Page, Page, Page, Page];
  const operators = [first, second] as const;
  const [one, other] = deployment.foundingLinks;
  await found(first, one ?? "", "Olga Nord", "olga@north.example", "North Mobility");
  await found(second, other ?? "", "Rune Vik", "rune@north.example");
  const console = "ops/north-mobility";

  const agencyId = await bringIn(deployment, operators, "Agency", AGENCY);
  const merchantId = await bringIn(deployment, operators, "Merchant", MERCHANT);
  for (const [page, party, at] of [
    [agency, AGENCY, "/a/"],
    [merchant, MERCHANT, "/m/"],
  ] as const) {
    const link = linkIn(deployment, `admin@${party.slug}.example`);
    await become(page, link ?? "", party.admin, `Join ${party.name}`);
    await expect(page).toHaveURL(new RegExp(`${at}${party.slug}`), { timeout: 30_000 });
  }

  // A program with terms for its merchants.
  await first.goto("/ops/programs");
  await press(first, "New program");
  await dialog(first).getByRole("textbox", { name: "Name", exact: true }).fill(PROGRAM.name);
  await agree(first, "Create the program");
  await expect(first).toHaveURL(new RegExp(PROGRAM.slug));
  for (const { name } of [AGENCY, MERCHANT]) {
    await press(first, "Add a party");
    await dialog(first).getByRole("combobox", { name: "Organisation" }).fill(name);
    await first.getByRole("option", { name: new RegExp(name) }).click();
    await agree(first, "Add it");
    await expect(dialog(first)).toHaveCount(0);
  }
  await press(first, "Write terms");
  await dialog(first)
    .getByRole("textbox", { name: "What merchants agree to" })
    .fill("Every new version is shown to you first. You approve it, or object with a reason.");
  await agree(first, "Store for confirmation");
  await expect(dialog(first)).toHaveCount(0);
  await second.goto(`/ops/programs/${PROGRAM.slug}`);
  await press(second, "Read and confirm");
  await agree(second, "Confirm the terms");
  await expect(dialog(second)).toHaveCount(0);

  // The split: drafted and proposed by one, approved by the other, and by both parties.
  await first.goto(`/ops/agreements/new?program=${PROGRAM.slug}`);
  const terms = first.getByRole("textbox", { name: "Terms as JSON" });
  await expect(terms).toHaveValue(/rules/);
  await terms.fill(
    JSON.stringify({
      program: PROGRAM.slug,
      effectiveFrom: "2012-01-01T00:00:00",
      dust: "largest-remainder",
      rules: [
        {
          name: "Charging",
          steps: [
            { id: "city", kind: "percent", to: AGENCY.slug, rate: "30%", of: "gross" },
            { id: "platform", kind: "percent", to: "operator", rate: "1.5%", of: "gross" },
            { id: "merchant", kind: "share", of: "remaining", shares: [{ to: "$merchant", weight: "1" }] },
          ],
        },
      ],
      chargebacks: { bearer: "$merchant" },
    }),
  );
  await expect(first.getByText("These terms can be used")).toBeVisible();
  await press(first, "Store the draft");
  await expect(first).toHaveURL(/\/agreements\/agr\w*_[0-9a-z]{26}/);
  const agreementId = first.url().split("/").at(-1) ?? "";
  await press(first, "Propose");
  await agree(first, "Propose it");
  await expect(dialog(first)).toHaveCount(0);
  await second.goto(`/ops/agreements/${agreementId}`);
  await press(second, "Approve for the operator");
  await agree(second, "Approve it");
  await expect(dialog(second)).toHaveCount(0);
  for (const [page, base] of [
    [agency, `/a/${AGENCY.slug}`],
    [merchant, `/m/${MERCHANT.slug}`],
  ] as const) {
    await page.goto(`${base}/agreements/${agreementId}`);
    await press(page, "Approve version 1");
    await agree(page, "Approve version 1");
    await expect(dialog(page)).toHaveCount(0);
  }
  await expect
    .poll(
      async () => (await ask<{ state: string }>(first, console, "agreements.get", { agreementId })).state,
      {
        timeout: 60_000,
      },
    )
    .toBe("in_force");

  // A device with a key of its own, and what it takes.
  const keys = generateKeyPairSync("ed25519");
  await first.goto("/ops/devices");
  await press(first, "Register a device");
  await dialog(first).getByRole("textbox", { name: "Name", exact: true }).fill("Charger 1");
  await dialog(first).getByRole("combobox", { name: "Merchant" }).fill(MERCHANT.name);
  await first.getByRole("option", { name: MERCHANT.name }).click();
  await dialog(first)
    .getByRole("textbox", { name: "Public key" })
    .fill(keys.publicKey.export({ type: "spki", format: "pem" }).toString());
  await agree(first, "Register");
  await expect(first).toHaveURL(/\/devices\/dev_[0-9a-z]{26}/);
  const deviceId = /dev_[0-9a-z]{26}/.exec(first.url())?.[0] ?? "";
  await press(first, "Activate");
  await agree(first, "Activate");
  await expect(dialog(first)).toHaveCount(0);
  const { credentials } = await ask<{ credentials: { id: string }[] }>(first, console, "devices.detail", {
    deviceId,
  });
  const privateKeyPem = keys.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const device = new TestDevice(
    { keyId: credentials[0]?.id ?? "", privateKeyPem, currency: "EUR" },
    deployment.gatewayUrl,
  );
  for (const amount of AMOUNTS) {
    const { status, body } = await device.pay({ amount });
    expect({ status, state: body.state }).toEqual({ status: 201, state: "captured" });
  }
  const taken = sumOf(AMOUNTS.map(microsOf));

  await openAccount(agency, `/a/${AGENCY.slug}`, second, agencyId, AGENCY);
  await openAccount(merchant, `/m/${MERCHANT.slug}`, second, merchantId, MERCHANT);

  // The period runs until the end of the day; what was taken so far can be closed now.
  await first.goto("/ops/settlement");
  await press(first, "Close a period");
  await expect(dialog(first)).toContainText(decimalOf(taken));
  await press(first, "Close up to now");
  await expect(first).toHaveURL(/\/settlement\/run_[0-9a-z]{26}/);
  const runId = /run_[0-9a-z]{26}/.exec(first.url())?.[0] ?? "";

  const run = new RunPage(second);
  await run.open(runId);
  await expect(run.state("Calculated")).toBeVisible();
  const total = decimalOf(await run.amount());
  const payouts = await run.payouts();
  await run.action("Approve").click();
  await expect(run.dialog()).toContainText("Olga Nord");
  await agree(second, /^Approve \d/);
  await expect(run.state("Approved")).toBeVisible();
  await run.action("Send payouts").click();
  await agree(second, `Send ${total} EUR`);
  await expect(run.state("Paying")).toBeVisible();
  await run.action("Mark all paid").click();
  await agree(second, "Mark all paid");
  await expect(run.state("Settled")).toBeVisible();

  const share = payouts.find(({ party }) => party.includes(MERCHANT.name))?.micros ?? 0n;
  expect(share > 0n && share < taken).toBe(true);
  await merchant.goto(`/m/${MERCHANT.slug}/payouts`);
  const row = merchant.getByRole("table", { name: "Payouts" }).locator("tbody tr");
  await expect(row).toHaveCount(1);
  await expect(row).toContainText(decimalOf(share));
  await expect(row).toContainText("Paid");

  const proof = await deployment.purse("verify");
  expect(proof.code, proof.said).toBe(0);
  await Promise.all(seats.map((page) => page.context().close()));
});
