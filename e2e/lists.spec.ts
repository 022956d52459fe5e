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

test("a payment is found by its card with any dots and by its amount with a comma, in the list and the palette", async ({
  page,
  signIn,
}) => {
  await signIn(SAM);
  const rows = await askAll<Listed & { instrument: string }>(page, "m/voltway", "payments.list", {
    states: ["captured"],
  });
  const wanted = rows.find(({ instrument }) => /^Card ···· \d{4}$/.test(instrument));
  if (!wanted) throw new Error("no payment by card");
  const digits = wanted.instrument.slice(-4);
  for (const text of [digits, `Card .... ${digits}`, `•••• ${digits}`]) {
    await page.goto(`/m/voltway/payments?q=${encodeURIComponent(text)}`);
    await expect(page.locator(`tr[data-row="${wanted.id}"]`), text).toBeVisible();
  }
  const amount = wanted.captured.amount.replace(".", ",");
  await page.goto(`/m/voltway/payments?q=${encodeURIComponent(amount)}`);
  const cells = page.getByRole("main").locator("tbody tr");
  await expect(cells.first()).toContainText(
    wanted.captured.amount.replace(/(\d)(?=(\d{3})+\.)/g, "$1\u2009"),
  );
  await page.keyboard.press("ControlOrMeta+k");
  await page.getByRole("combobox").fill(`Card .... ${digits}`);
  await expect(page.getByRole("option", { name: wanted.instrument }).first()).toBeVisible();
});

test("a list sorts by amount, keeps its filters as a tab, and downloads under a name that says them", async ({
  page,
  signIn,
  expectAccessible,
}) => {
  await signIn(SAM);
  await page.goto("/m/voltway/payments?tab=captured&amount=10,");
  await page.getByRole("button", { name: /^Amount EUR/ }).click();
  await expect(page).toHaveURL(/sort=-amount/);
  const main = page.getByRole("main");
  const [largest] = await ask<{ items: Listed[] }>(page, "m/voltway", "payments.list", {
    states: ["captured"],
    order: { by: "amount", descending: true },
    limit: 1,
  }).then(({ items }) => items);
  await expect(main.locator("tbody tr").first()).toHaveAttribute("data-row", largest?.id ?? "none");

  await page.getByRole("button", { name: "Save view" }).click();
  await page.getByLabel("Name").fill("Large ones");
  await expectAccessible("[role=dialog]");
  await page.getByRole("dialog").getByRole("button", { name: "Save view" }).click();
  const kept = page.getByRole("tab", { name: "Large ones" });
  await expect(kept).toHaveAttribute("aria-selected", "true");
  await page.getByRole("tab", { name: /^All/ }).click();
  await expect(page).not.toHaveURL(/amount=/);
  await page.reload();
  await kept.click();
  await expect(page).toHaveURL(/amount=10/);
  await expect(page).toHaveURL(/sort=-amount/);

  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: /Export/ }).click();
  expect((await download).suggestedFilename()).toMatch(
    /^payments_voltway_captured_from_10_made_\d{4}-\d\d-\d\dT\d{4}Z\.csv$/,
  );
  await page.getByRole("button", { name: "Remove this view" }).click();
  await expect(kept).toHaveCount(0);
});

test("going back from a row's own page finds the loaded pages and the place", async ({ page, signIn }) => {
  await signIn(SAM);
  await page.goto("/m/voltway/payments");
  const rows = page.getByRole("main").locator("tbody tr");
  await expect(rows.first()).toBeVisible();
  await expect
    .poll(async () => {
      await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
      return rows.count();
    })
    .toBeGreaterThan(80);
  const row = rows.nth(70);
  await row.scrollIntoViewIfNeeded();
  const id = await row.getAttribute("data-row");
  await row.click();
  await page
    .getByRole("dialog")
    .getByRole("link", { name: /full page|Open/i })
    .click();
  await expect(page).toHaveURL(new RegExp(`/payments/${id}$`));
  await page.goBack();
  await page.keyboard.press("Escape");
  await expect(page.locator(`tr[data-row="${id}"]`)).toBeInViewport();
});

test("payouts that failed or came back have tabs, and the foot adds them up", async ({ page, signIn }) => {
  await signIn(SAM);
  await page.goto("/m/voltway/payouts");
  await expect(page.getByRole("tab", { name: /^Failed/ })).toBeVisible();
  await expect(page.getByRole("tab", { name: /^Returned/ })).toBeVisible();
  await expect(page.getByText(/^\d+ payouts?, [\d\u2009.]+/)).toBeVisible();
});
