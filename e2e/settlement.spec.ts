/** A program's day from its closing to the bank, approved by two people, and what the merchant sees of it. */
import { decimalOf, microsOf, sumOf } from "./amounts";
import { type Amount, ask, askAll } from "./api";
import { TestDevice } from "./devices";
import { expect, test } from "./fixtures";
import { RunPage } from "./pages/run-page";
import { foundProgram } from "./stage/run-stage";

const OLIVIA = "olivia@harborcity.example";
const RAVI = "ravi@harborcity.example";
const WREN = "wren@pikemeters.example";

test("a day is closed by the calendar, approved by two, sent and paid, and the merchant sees it", async ({
  page,
  browser,
  baseURL,
  signIn,
}) => {
  test.setTimeout(240_000);
  const program = await foundProgram();
  const taken = sumOf(program.amounts.map(microsOf));
  // What is taken today belongs to the day that still runs.
  const late = await new TestDevice(program.device).pay({ amount: "5.00" });
  expect(late.body.state).toBe("captured");

  await signIn(OLIVIA);
  // The calendar closes the day that is over without anybody asking.
  const runs = async () =>
    (
      await askAll<{ id: string; state: string; gross: Amount }>(page, "ops/harbor-city", "runs.list", {
        programId: program.programId,
      })
    ).map(({ state, gross }) => ({ state, gross: microsOf(gross.amount) }));
  await expect.poll(runs, { timeout: 90_000 }).toEqual([{ state: "calculated", gross: taken }]);
  const [closed] = await askAll<{ id: string }>(page, "ops/harbor-city", "runs.list", {
    programId: program.programId,
  });
  const runId = closed?.id ?? "";

  const run = new RunPage(page);
  await run.open(runId);
  await expect(run.state("Calculated")).toBeVisible();
  const total = await run.amount();
  const payouts = await run.payouts();
  expect(sumOf(payouts.map(({ micros }) => micros))).toBe(total);
  expect(new Set(payouts.map(({ state }) => state))).toEqual(new Set(["Proposed"]));
  // 30 % of each payment to the agency, in whole cents; what is left over goes to the merchant.
  const share = (slug: string) => payouts.find(({ party }) => party.includes(slug))?.micros;
  expect(share("Emerald Streets Authority")).toBe(microsOf("16.78"));
  expect((share("Pike Street Meters") ?? 0n) > microsOf("38")).toBe(true);

  // Nobody created it, so two people approve it: the first signs, and cannot be the second.
  const figure = decimalOf(total);
  await run.action("Approve").click();
  await expect(run.dialog()).toContainText("two people approve it");
  await run
    .dialog()
    .getByRole("button", { name: `Approve ${figure} USD` })
    .click();
  await expect(run.dialog()).toHaveCount(0);
  await expect(run.state("Calculated")).toBeVisible();
  await run.action("Approve").click();
  await expect(run.dialog()).toContainText("You have approved this already");
  await expect(run.dialog().getByRole("button", { name: /^Approve/ })).toHaveCount(0);
  const { payable } = await ask<{ payable: { sha256: string } }>(page, "ops/harbor-city", "runs.get", {
    runId,
  });
  const refused = await page.request.post("/api/trpc/ops/harbor-city/runs.approve", {
    data: { runId, revision: 0, sha256: payable.sha256 },
    headers: { origin: baseURL ?? "" },
  });
  expect(refused.status()).toBeGreaterThanOrEqual(400);
  expect(JSON.stringify(await refused.json())).toContain("approver_is_creator");

  // A second person can.
  const context = await browser.newContext({ baseURL: baseURL ?? "" });
  const second = await context.newPage();
  await signIn(RAVI, second);
  const his = new RunPage(second);
  await his.open(runId);
  await expect(his.state("Calculated")).toBeVisible();
  await his.action("Approve").click();
  await expect(his.dialog()).toContainText(`Approve ${figure} USD in ${payouts.length} payouts?`);
  await expect(his.dialog()).toContainText("Olivia Brandt");
  await his
    .dialog()
    .getByRole("button", { name: `Approve ${figure} USD` })
    .click();
  await expect(his.state("Approved")).toBeVisible();

  await his.action("Send payouts").click();
  await expect(his.dialog()).toContainText(`${figure} USD leaves for the bank`);
  await his
    .dialog()
    .getByRole("button", { name: `Send ${figure} USD` })
    .click();
  await expect(his.state("Paying")).toBeVisible();

  await his.action("Mark all paid").click();
  await his.dialog().getByRole("button", { name: "Mark all paid" }).click();
  await expect(his.state("Settled")).toBeVisible();
  expect(new Set((await his.payouts()).map(({ state }) => state))).toEqual(new Set(["Paid"]));
  await context.close();

  // The merchant.
  const outside = await browser.newContext({ baseURL: baseURL ?? "" });
  const portal = await outside.newPage();
  await signIn(WREN, portal);
  await portal.goto("/m/pike-meters/payouts");
  const amount = decimalOf(share("Pike Street Meters") ?? 0n);
  const row = portal.getByRole("table", { name: "Payouts" }).locator("tbody tr").filter({ hasText: amount });
  await expect(row.first()).toContainText("Paid");
  await row.first().click();
  await expect(portal.getByRole("heading", { level: 1 })).toContainText(amount);
  await expect(portal.getByRole("main").getByText(/^Paid \d/)).toBeVisible();
  await outside.close();
});

test("a period that still runs cannot be closed, and the page says until when", async ({ page, signIn }) => {
  await signIn(OLIVIA);
  await page.goto("/ops/settlement");
  await page.getByRole("button", { name: "Close a period" }).first().click();
  const dialog = page.getByRole("dialog", { name: "Close a period" });
  await dialog.getByRole("combobox", { name: "Program" }).click();
  await page.getByRole("option", { name: /Harbor City Mobility/ }).click();
  await expect(dialog).toContainText("Nothing is over yet");
  await expect(dialog.getByRole("button", { name: "Close", exact: true }).last()).toBeDisabled();
});
