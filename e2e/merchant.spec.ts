/** What a merchant comes for: today's takings as they move, one payment explained, one payout that adds up. */
import { microsOf, sumOf } from "./amounts";
import { type Amount, ask } from "./api";
import { seededDevice } from "./devices";
import { expect, test } from "./fixtures";
import { OverviewPage } from "./pages/overview-page";
import { PaymentPage } from "./pages/payment-page";
import { PayoutPage } from "./pages/payout-page";

const EMIL = "emil@northline.example";
const TOVE = "tove@harbortoll.example";
const SAM = "sam@voltway.example";

test("today's takings grow by what a device takes, while the page is open", async ({ page, signIn }) => {
  // No other test takes money for this merchant.
  const validator = seededDevice("northline", "transit_validator", 0);
  await signIn(EMIL);
  const overview = new OverviewPage(page, "/m/northline");
  await overview.open();
  await overview.untilLive();
  const before = await overview.figure("Taken today");
  const answer = await validator.pay({ amount: "4.15", description: "Single fare" });
  expect(answer.status).toBe(201);
  expect(answer.body.state).toBe("captured");
  await expect
    .poll(async () => (await overview.figure("Taken today")) - before, { timeout: 30_000 })
    .toBe(microsOf("4.15"));
  await expect(page.getByRole("table", { name: "Recent payments" })).toContainText("4.15 EUR", {
    timeout: 30_000,
  });
});

test("a payment shows its split, its transfers in the ledger and what happened, and they agree", async ({
  page,
  signIn,
}) => {
  const gate = seededDevice("harbor-toll", "toll_gate", 1);
  const { status, body } = await gate.pay({ amount: "8.37", capture: true, description: "Toll, lorry" });
  expect(status).toBe(201);
  await signIn(TOVE);
  const payment = new PaymentPage(page, "/m/harbor-toll");
  await payment.open(body.id ?? "");
  expect(await payment.amount()).toBe(microsOf("8.37"));
  await expect(payment.state("Captured")).toBeVisible();
  await expect(payment.moment("Authorised")).toBeVisible();
  await expect(payment.moment("Captured, the money moved")).toBeVisible();

  const CAPTURE = ["Acquirer, receivable", "Clearing of the program"];
  expect((await payment.accounts()).names.slice(0, 2)).toEqual(CAPTURE);

  // The allocator splits it within seconds; the page is asked for again, as a person would.
  await expect
    .poll(
      async () => {
        await payment.open(body.id ?? "");
        return sumOf((await payment.split()).map(({ micros }) => micros));
      },
      { timeout: 40_000 },
    )
    .toBe(microsOf("8.37"));
  // Every movement is there: into clearing when it was captured, and out of it to those who share it.
  const { names, debited, credited } = await payment.accounts();
  expect(names.slice(0, 2)).toEqual(CAPTURE);
  expect(names).toContain("Payable to Harbor Toll");
  expect(debited).toBe(2n * microsOf("8.37"));
  expect(credited).toBe(debited);
  const parts = await payment.split();
  expect(parts.map(({ words }) => words).join("\n")).toContain("Harbor Toll");
  expect(parts.length).toBeGreaterThan(2);
  await expect(page.getByText(/of agreement v\d+/)).toBeVisible();
});

test("a row of the list opens the payment beside it, and the address brings it back", async ({
  page,
  signIn,
}) => {
  await signIn(SAM);
  await page.goto("/m/voltway/payments");
  await page.getByRole("table", { name: "Payments" }).locator("tbody tr").first().click();
  const sheet = page.getByRole("dialog");
  await expect(sheet.getByText("What happened")).toBeVisible();
  expect(page.url()).toContain("open=pay_");
  await page.reload();
  await expect(page.getByRole("dialog").getByText("What happened")).toBeVisible();
});

test("a payout is made of its rows and of its payments, to the cent", async ({ page, signIn }) => {
  await signIn(SAM);
  await page.goto("/m/voltway/payouts");
  await page.getByRole("table", { name: "Payouts" }).locator("tbody tr").first().click();
  await expect(page).toHaveURL(/\/payouts\/po_/);
  const payoutId = /po_[0-9a-z]{26}/.exec(page.url())?.[0] ?? "";
  const payout = new PayoutPage(page);
  await payout.open(`/m/voltway/payouts/${payoutId}`);
  const amount = await payout.amount();
  const rows = await payout.reckoning();
  const total = rows.at(-1);
  expect(total?.label).toBe("Payout");
  expect(total?.micros).toBe(amount);
  expect(sumOf(rows.slice(0, -1).map(({ micros }) => micros))).toBe(amount);

  const items = await payout.items();
  expect(sumOf(items.map(({ micros }) => micros))).toBe(amount);

  // What the page says is what the server knows.
  const detail = await ask<{ payout: { amount: Amount } }>(page, "m/voltway", "payouts.get", { payoutId });
  expect(microsOf(detail.payout.amount.amount)).toBe(amount);
});

test("every figure of a payout can be explained", async ({ page, signIn }) => {
  await signIn(SAM);
  await page.goto("/m/voltway/payouts");
  await page.getByRole("table", { name: "Payouts" }).locator("tbody tr").first().click();
  await expect(page).toHaveURL(/\/payouts\/po_/);
  await page.getByRole("link", { name: "Takings", exact: true }).click();
  await expect(page).toHaveURL(/explain=gross/);
  const sheet = page.getByRole("dialog");
  await expect(sheet).toBeVisible();
  await expect(sheet).toContainText(/payments?/);
});
