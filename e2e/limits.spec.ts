/** Limits and allowances: set by people, kept by the gateway, explained where a payment is looked at. */
import { randomUUID } from "node:crypto";
import { seededDevice } from "./devices";
import { expect, test } from "./fixtures";
import { AllowancesPage, LimitsPage } from "./pages/limits-page";
import { PaymentPage } from "./pages/payment-page";

const MINA = "mina@harborcity.example";
const OLIVIA = "olivia@harborcity.example";
const KIM = "kim@quayside.example";

const newCard = () => `tok_e2e_${randomUUID().replaceAll("-", "").slice(0, 16)}`;

test("a limit counts what its period holds, declines what is above it, and goes again", async ({
  page,
  signIn,
  expectAccessible,
}) => {
  const meter = seededDevice("quayside-parking", "parking_meter", 7);
  const token = newCard();
  const label = `···· ${token.slice(-4)}`;
  expect((await meter.pay({ amount: "3.00", token })).status).toBe(201);

  await signIn(MINA);
  const limits = new LimitsPage(page);
  await limits.open();
  await expectAccessible();
  await limits.startForInstrument(token);
  await expectAccessible();
  await limits.finish("2", "Add the limit");
  await expect(limits.row(label)).toContainText("1 of 2 payments");

  expect((await meter.pay({ amount: "3.25", token })).status).toBe(201);
  const declined = await meter.pay({ amount: "3.50", token });
  expect(declined).toMatchObject({
    status: 402,
    body: { state: "declined", declineReason: "instrument_count_limit" },
  });
  const payment = new PaymentPage(page, "/ops");
  await payment.open(declined.body.id ?? "");
  await expect(payment.state("Declined")).toBeVisible();
  await expect(payment.moment("Declined")).toContainText("at most 2 payments a day; used 2 of 2 payments");
  await expect(page.getByText("This wallet or card has paid as often as its limit").first()).toBeVisible();
  await expectAccessible();

  await limits.open();
  const row = limits.row(label);
  await limits.startChange(label);
  await limits.finish("3", "Change the limit");
  await expect(row).toContainText("2 of 3 payments");
  await limits.startRemoval(label);
  // What binds the card without it is said before it goes.
  await expect(limits.dialog).toContainText("may pay at most 3 payments a day");
  await expect(limits.dialog).toContainText("the default binds");
  await expectAccessible();
  await limits.dialog.getByRole("button", { name: "Remove the limit" }).click();
  await expect(row).toHaveCount(0);
});

test("an allowance runs down before money, and every portal says so", async ({
  page,
  signIn,
  expectAccessible,
  browser,
  baseURL,
}) => {
  const meter = seededDevice("quayside-parking", "parking_meter", 8);
  const token = newCard();
  expect((await meter.pay({ amount: "2.00", token })).status).toBe(201);

  await signIn(OLIVIA);
  const allowances = new AllowancesPage(page);
  await allowances.open();
  await expectAccessible();
  await allowances.startFor(token);
  await expectAccessible();
  await allowances.grant("minutes", "20");
  await allowances.find(token);
  await expect(allowances.row(token)).toContainText("0 of 20 min");

  const paid = await meter.pay({ amount: "3.00", token, quantity: { minutes: "30" } });
  expect(paid).toMatchObject({ status: 201, body: { amount: { amount: "1.00" } } });
  await expect(allowances.row(token)).toContainText("20 of 20 min", { timeout: 20_000 });

  await new PaymentPage(page, "/ops").open(paid.body.id ?? "");
  const how = page
    .getByRole("region", { name: "How was it paid?" })
    .or(page.getByText("How was it paid?").locator("../.."));
  await expect(how.first()).toBeVisible();
  await expect(page.getByText(/20 of 30.min/).first()).toBeVisible();
  await expectAccessible();

  const other = await (await browser.newContext({ baseURL })).newPage();
  await signIn(KIM, other);
  await other.goto(`/m/quayside-parking/payments/${paid.body.id}`);
  await expect(other.getByText("Covered by the allowance")).toBeVisible();
  await expect(other.getByText(/20 of 30.min/).first()).toBeVisible();
  await other.context().close();
});
