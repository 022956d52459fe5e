/** What an agency comes for: its share live and settled, and a report that equals the ledger to the cent. */
import { microsOf, sumOf } from "./amounts";
import { type Amount, ask, askAll } from "./api";
import { seededDevice } from "./devices";
import { expect, test } from "./fixtures";
import { OverviewPage } from "./pages/overview-page";
import { PayoutPage } from "./pages/payout-page";
import { Report } from "./pages/report";

const ANA = "ana@metrotransit.example";
const INES = "ines@gridco.example";
const AUDITOR = "ada@harborcity.example";

interface Account {
  owner: string;
  balance: Amount;
}
interface InTransit {
  owner: string;
  ownerId: string | null;
  counters: { creditsPosted: Amount; debitsPosted: Amount };
}
interface Statement {
  id: string;
  runId: string;
  payoutId: string | null;
  payoutState: string | null;
  allocated: Amount;
  refunds: Amount;
  payout: Amount;
  closing: Amount;
  party: { id: string };
}

test("the share that is not settled grows when a payment is split", async ({ page, signIn }) => {
  const charger = seededDevice("voltway", "ev_charger", 3);
  await signIn(INES);
  const overview = new OverviewPage(page, "/a/grid-co");
  await overview.open();
  await overview.untilLive();
  const before = await overview.figure("Your share, not settled yet");
  const { body } = await charger.pay({ amount: "20.00", description: "Charging session" });
  expect(body.state).toBe("captured");
  // 4 % of what tax, platform and bay fee leave; the bay fee is another in each version of the agreement. An imported
  // record of another test may add a few cents at the same time, never as much as this.
  const growth = async () => (await overview.figure("Your share, not settled yet")) - before;
  await expect.poll(async () => (await growth()) >= microsOf("0.60"), { timeout: 60_000 }).toBe(true);
  const { legs } = await ask<{ legs: { party: { slug: string }; amount: Amount }[] }>(
    page,
    "a/grid-co",
    "settlement.paymentSplit",
    { paymentId: body.id },
  );
  const own = sumOf(
    legs.filter(({ party }) => party.slug === "grid-co").map(({ amount }) => microsOf(amount.amount)),
  );
  expect(own).toBeGreaterThan(microsOf("0.60"));
  expect(await growth()).toBeGreaterThanOrEqual(own);
});

test("the share on the page is what the ledger owes: live, and on its way", async ({
  page,
  signIn,
  browser,
}) => {
  await signIn(ANA);
  const overview = new OverviewPage(page, "/a/metro-transit");
  const auditor = await browser.newContext({ baseURL: process.env.PURSE_E2E_URL ?? "" });
  const books = await auditor.newPage();
  await signIn(AUDITOR, books);
  const difference = async () => {
    await overview.open();
    const live = await overview.figure("Your share, not settled yet");
    const onTheWay = await ask<{ items: { state: string; amount: Amount }[] }>(
      page,
      "a/metro-transit",
      "remittances.list",
      { limit: 100 },
    );
    const held = onTheWay.items.filter(({ state }) => ["proposed", "approved"].includes(state));
    const { items } = await ask<{ items: Account[] }>(books, "ops/harbor-city", "ledger.accounts", {
      code: "party_payable",
      currency: "EUR",
      limit: 200,
    });
    const account = items.find(({ owner }) => owner.includes("Metro Transit"));
    const owed = microsOf(account?.balance.amount ?? "0");
    return owed - live - sumOf(held.map(({ amount }) => microsOf(amount.amount)));
  };
  // Both move while others pay; between two moves they are equal.
  await expect.poll(difference, { timeout: 40_000 }).toBe(0n);
  await auditor.close();
});

test("the report's totals are the statement's, the server's and the ledger's, and its SHA-256 is the one shown", async ({
  page,
  signIn,
  browser,
}) => {
  await signIn(ANA);
  const { items } = await ask<{ items: Statement[] }>(page, "a/metro-transit", "statements.list", {
    limit: 50,
  });
  const statement = items.find(({ payoutState }) => payoutState === "paid");
  if (!statement) throw new Error("The demo has no paid statement.");
  const shown = new PayoutPage(page);
  await shown.open(`/a/metro-transit/statements/${statement.id}`);
  const amount = await shown.amount();
  const rows = await shown.reckoning();
  expect(rows.at(-1)?.micros).toBe(amount);
  expect(sumOf(rows.slice(0, -1).map(({ micros }) => micros))).toBe(amount);

  await page.getByRole("button", { name: "Download report" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("menuitem", { name: "CSV" }).click(),
  ]);
  const report = await Report.of(download);
  expect(report.fileName).toMatch(/\.csv$/);
  expect(report.header("statement_id")).toBe(statement.id);

  // Within the file.
  expect(report.count("payment")).toBeGreaterThan(0);
  expect(report.sum("payment")).toBe(report.total("payments"));
  expect(report.sum("refund")).toBe(report.total("refunds"));
  expect(report.sum("line")).toBe(report.summary("allocated"));
  expect(report.sum("line", "refunds")).toBe(report.summary("refunds"));
  expect(report.total("payments")).toBe(report.summary("allocated"));
  // With the page and the server.
  expect(-report.summary("payout")).toBe(amount);
  expect(microsOf(statement.payout.amount)).toBe(amount);
  expect(report.summary("allocated")).toBe(microsOf(statement.allocated.amount));
  expect(report.summary("refunds")).toBe(microsOf(statement.refunds.amount));
  expect(report.summary("closing")).toBe(microsOf(statement.closing.amount));

  // With the ledger: what was paid went over the payout's own account.
  const auditor = await browser.newContext({ baseURL: process.env.PURSE_E2E_URL ?? "" });
  const books = await auditor.newPage();
  await signIn(AUDITOR, books);
  const transit = await askAll<InTransit>(books, "ops/harbor-city", "ledger.accounts", {
    code: "payout_in_transit",
  });
  const own = transit.find(({ owner, ownerId }) =>
    [owner, ownerId ?? ""].some((each) => each.includes(statement.payoutId ?? "none")),
  );
  expect(microsOf(own?.counters.creditsPosted.amount ?? "0")).toBe(amount);
  expect(microsOf(own?.counters.debitsPosted.amount ?? "0")).toBe(amount);
  await auditor.close();

  // The hash on the page is that of the bytes that came.
  await page.reload();
  await expect(page.getByRole("button", { name: `Copy ${report.sha256}` })).toBeVisible();
});

test("a remittance is what was settled, and its state is the bank's", async ({ page, signIn }) => {
  await signIn(ANA);
  await page.goto("/a/metro-transit/remittances");
  const paid = page.getByRole("table").locator("tbody tr").filter({ hasText: "Paid" }).first();
  await paid.click();
  await expect(page).toHaveURL(/\/remittances\/po_/);
  const remittance = new PayoutPage(page);
  const rows = await remittance.reckoning();
  expect(rows.at(-1)?.micros).toBe(await remittance.amount());
  await expect(page.getByRole("main").getByText(/^Paid/).first()).toBeVisible();
});
