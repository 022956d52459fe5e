/** Lists: filters are typed as people write, tabs and sums follow them, and going back finds the list as it was. */
import { type Amount, ask, askAll } from "./api";
import { expect, test } from "./fixtures";

const SAM = "sam@voltway.example";

interface Listed {
  id: string;
  state: string;
  captured: Amount;
  refunded: Amount;
}

test("amounts are taken with a comma and the wrong way round, and the foot adds up what is filtered", async ({
  page,
  signIn,
}) => {
  await signIn(SAM);
  await page.goto("/m/voltway/payments?tab=captured");
  await page.getByRole("button", { name: "Amount: all" }).click();
  await page.getByLabel("At least").fill("30,5");
  await page.getByLabel("At most").fill("10");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/amount=10,30\.5/);
  await expect(page.getByRole("button", { name: "Amount: 10.00 to 30.50" })).toBeVisible();
  const foot = page.getByText(/\d payments?, .* captured/);
  await expect(foot).toBeVisible();
  const shown = ((await foot.textContent()) ?? "").replaceAll(/\s/g, "");
  const rows = await askAll<Listed>(page, "m/voltway", "payments.list", {
    states: ["captured"],
    minAmount: "10",
    maxAmount: "30.5",
  });
  const cents = rows.reduce((sum, { captured }) => sum + BigInt(captured.amount.replace(".", "")), 0n);
  // Live payments come in meanwhile: the sum is of one moment between two readings of the list.
  const [, count = "", sum = ""] = /^(\d+)payments?,([\d.]+)EURcaptured/.exec(shown) ?? [];
  expect(Number(count)).toBeGreaterThan(0);
  expect(Number(count)).toBeLessThanOrEqual(rows.length);
  expect(BigInt(sum.replace(".", ""))).toBeLessThanOrEqual(cents);
  const totals = await ask<{ payments: number; captured: Amount }[]>(page, "m/voltway", "payments.totals", {
    states: ["captured"],
    minAmount: "10",
    maxAmount: "30.5",
  });
  const again = await askAll<Listed>(page, "m/voltway", "payments.list", {
    states: ["captured"],
    minAmount: "10",
    maxAmount: "30.5",
  });
  if (again.length === rows.length) {
    expect(totals[0]?.payments).toBe(rows.length);
    expect(BigInt((totals[0]?.captured.amount ?? "").replace(".", ""))).toBe(cents);
  }
});

test("a span of days is chosen from presets or a calendar, and the tabs count under it", async ({
  page,
  signIn,
  expectAccessible,
}) => {
  await signIn(SAM);
  await page.goto("/m/voltway/payments");
  const all = page.getByRole("tab", { name: /^All/ });
  await expect(all).toHaveText(/\d/);
  const before = Number(((await all.textContent()) ?? "").replaceAll(/\D/g, ""));
  await page.getByRole("button", { name: "Day: all" }).click();
  await expect(page.getByRole("grid")).toBeVisible();
  await expectAccessible("[role=dialog]");
  await page.getByRole("button", { name: "Yesterday" }).click();
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/day=\d{4}-\d\d-\d\d,\d{4}-\d\d-\d\d/);
  await expect
    .poll(async () => Number(((await all.textContent()) ?? "").replaceAll(/\D/g, "")))
    .toBeLessThan(before);
  const url = page.url();
  const first = page.getByRole("main").locator("tbody tr").first();
  await first.click();
  await expect(page).toHaveURL(/open=pay_/);
  await page.goBack();
  await expect(page).toHaveURL(url);
  // The row is in hand again, so the arrows go on from it.
  await expect(first).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/open=pay_/);
  await page.keyboard.press("Escape");
  await expect(first).toBeFocused();
  await expect(page.getByRole("button", { name: /^Day: \d/ })).toBeVisible();
});
