/** The review queue: what rules held back, decided from the keyboard. */
import type { Page } from "@playwright/test";
import { seededDevice, type TestDevice } from "./devices";
import { expect, test } from "./fixtures";
import { PaymentPage } from "./pages/payment-page";
import { ReviewPage } from "./pages/review-page";

const MINA = "mina@harborcity.example";
const ADA = "ada@harborcity.example";

/** Some seventeen times of what a parking meter usually takes, with cents by which the case is found again. */
async function payTooMuch(meter: TestDevice): Promise<{ amount: string; paymentId: string }> {
  const cents = Math.floor(Math.random() * 500) + 5_450;
  const amount = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
  const { status, body } = await meter.pay({ amount, description: "Street parking" });
  expect(status).toBe(202);
  expect(body.state).toBe("in_review");
  return { amount, paymentId: body.id ?? "" };
}

/** Decisions that leave the browser. */
function countSent(page: Page): { decisions: () => number } {
  let sent = 0;
  page.on("request", (request) => {
    if (request.method() === "POST" && /cases\.(approve|decline)/.test(request.url())) sent++;
  });
  return { decisions: () => sent };
}

test("approving from the keyboard posts the hold", async ({ page, signIn }) => {
  const meter = seededDevice("quayside-parking", "parking_meter", 0);
  const { amount, paymentId } = await payTooMuch(meter);
  await signIn(MINA);
  const review = new ReviewPage(page);
  await review.open();
  await review.goTo(amount);
  await review.decide("a", `Approving ${amount} EUR`);
  // What is decided leaves the list at once; the hold is posted when the time to undo is over.
  await expect(review.row(amount)).toHaveCount(0);
  await expect
    .poll(async () => (await meter.ask(paymentId)).body.state, { timeout: 30_000 })
    .toBe("captured");

  const payment = new PaymentPage(page, "/ops");
  await payment.open(paymentId);
  await expect(payment.state("Captured")).toBeVisible();
  await expect(payment.moment("Held for review")).toBeVisible();
  await expect(payment.moment("Approved in review")).toBeVisible();
  await expect(payment.moment("Captured, the money moved")).toBeVisible();
  const { debited, credited } = await payment.accounts();
  expect(credited).toBe(debited);
  // The capture, and the split of the same amount once the allocator has taken it.
  const amountPaid = await payment.amount();
  expect([amountPaid, 2n * amountPaid]).toContain(debited);
});

test("declining from the keyboard releases the hold, and the device is told", async ({ page, signIn }) => {
  const meter = seededDevice("quayside-parking", "parking_meter", 1);
  const { amount, paymentId } = await payTooMuch(meter);
  await signIn(MINA);
  const review = new ReviewPage(page);
  await review.open();
  await review.goTo(amount);
  await review.decide("d", `Declining ${amount} EUR`);
  await expect
    .poll(async () => (await meter.ask(paymentId)).body.state, { timeout: 30_000 })
    .toBe("declined");
  const told = await meter.ask(paymentId);
  expect(told.status).toBe(200);
  expect(told.body.declineReason).toBeTruthy();

  await review.showDecided();
  await expect(review.row(amount)).toContainText("Declined");
  const payment = new PaymentPage(page, "/ops");
  await payment.open(paymentId);
  await expect(payment.state("Declined")).toBeVisible();
  await expect(payment.moment("Captured, the money moved")).toHaveCount(0);
});

test("a decision that is undone within six seconds is never sent", async ({ page, signIn }) => {
  const meter = seededDevice("quayside-parking", "parking_meter", 2);
  const { amount, paymentId } = await payTooMuch(meter);
  await signIn(MINA);
  await page.clock.install();
  const sent = countSent(page);
  const review = new ReviewPage(page);
  await review.open();
  await review.goTo(amount);
  // The six seconds stand still, however slow the machine is.
  await page.clock.pauseAt(Date.now() + 2_000);
  await review.decide("a", `Approving ${amount} EUR`);
  await expect(review.row(amount)).toHaveCount(0);
  await review.undo(amount);
  // Long after the six seconds: nothing has left the browser, and the payment waits as before.
  await page.clock.fastForward("00:30");
  await expect(review.row(amount)).toBeVisible();
  expect(sent.decisions()).toBe(0);
  expect((await meter.ask(paymentId)).body.state).toBe("in_review");
});

test("the same way without undoing sends exactly one decision", async ({ page, signIn }) => {
  const meter = seededDevice("quayside-parking", "parking_meter", 3);
  const { amount, paymentId } = await payTooMuch(meter);
  await signIn(MINA);
  await page.clock.install();
  const sent = countSent(page);
  const review = new ReviewPage(page);
  await review.open();
  await review.goTo(amount);
  await review.decide("d", `Declining ${amount} EUR`);
  await page.clock.fastForward("00:10");
  await expect.poll(sent.decisions).toBe(1);
  await expect
    .poll(async () => (await meter.ask(paymentId)).body.state, { timeout: 20_000 })
    .toBe("declined");
  await page.clock.fastForward("00:30");
  expect(sent.decisions()).toBe(1);
});

test("an auditor reads the queue and can decide nothing", async ({ page, signIn }) => {
  await signIn(ADA);
  const review = new ReviewPage(page);
  await review.open();
  const sent = countSent(page);
  await expect(review.file.getByText("Why this score")).toBeVisible();
  await expect(review.file.getByRole("button", { name: "Approve" })).toHaveCount(0);
  await review.showKeys();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  const open = await review.file.getAttribute("aria-label");
  await page.keyboard.press("a");
  await page.keyboard.press("d");
  await expect(page.locator("[data-toast]")).toHaveCount(0);
  expect(await review.file.getAttribute("aria-label")).toBe(open);
  expect(sent.decisions()).toBe(0);
});
