/** The frame of the portals: palette, themes, a phone's width. */
import { expect, test } from "./fixtures";
import { Frame } from "./pages/frame";

const SAM = "sam@voltway.example";
const ANA = "ana@metrotransit.example";
const OLIVIA = "olivia@harborcity.example";

test("the palette goes to a page by its name", async ({ page, signIn }) => {
  await signIn(SAM);
  await page.goto("/m/voltway");
  const frame = new Frame(page);
  await frame.openPalette();
  await frame.find("payou");
  await expect(frame.option(/Payouts/)).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/m\/voltway\/payouts$/);
});

test("the palette finds a payment by its id, and only one's own", async ({ page, signIn }) => {
  await signIn(SAM);
  await page.goto("/m/voltway/payments");
  const first = page
    .getByRole("table", { name: "Payments" })
    .getByRole("button", { name: /^Copy pay_/ })
    .first();
  const id = ((await first.getAttribute("aria-label")) ?? "").replace("Copy ", "");
  const frame = new Frame(page);
  await frame.openPalette();
  await frame.find(id);
  await expect(frame.palette.getByRole("option")).not.toHaveCount(0);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(id));

  await page.context().clearCookies();
  await signIn("tove@harbortoll.example");
  await page.goto("/m/harbor-toll");
  await frame.openPalette();
  await frame.find(id);
  await expect(frame.palette.getByText("Nothing by that name, card, amount or id.")).toBeVisible();
});

test("the operator's palette finds a device by its name", async ({ page, signIn }) => {
  await signIn(OLIVIA);
  await page.goto("/ops");
  const frame = new Frame(page);
  await frame.openPalette();
  await frame.find("Toll gate N2");
  // Payments of the device are found as well; the device itself goes by its name first.
  await expect(frame.option(/^Toll gate N2/)).toBeVisible();
  await frame.option(/^Toll gate N2/).click();
  await expect(page).toHaveURL(/dev_[0-9a-z]{26}/);
});

test("a chosen theme holds over pages and visits, whatever the system says", async ({ page, signIn }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await signIn(ANA);
  await page.goto("/a/metro-transit");
  const frame = new Frame(page);
  const light = await frame.background();
  await frame.chooseTheme("Dark");
  await expect.poll(() => frame.background()).not.toBe(light);
  const dark = await frame.background();
  await page.goto("/a/metro-transit/statements");
  expect(await frame.background()).toBe(dark);
  await page.reload();
  expect(await frame.background()).toBe(dark);
  await frame.chooseTheme("Light");
  await expect.poll(() => frame.background()).toBe(light);
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 } });

  for (const [email, base] of [
    [SAM, "/m/voltway"],
    [ANA, "/a/metro-transit"],
  ] as const) {
    test(`a payout and the navigation of ${base} work with a finger`, async ({ page, signIn }) => {
      await signIn(email);
      const frame = new Frame(page);
      await page.goto(base);
      const word = base.startsWith("/m") ? "Payouts" : "Remittances";
      const open = page.getByRole("button", { name: "Open the navigation" });
      const link = page.getByRole("dialog").getByRole("link", { name: word });
      await expect
        .poll(async () => {
          if (!(await link.isVisible())) await open.click();
          return await link.isVisible();
        })
        .toBe(true);
      await link.click();
      await expect(page.getByRole("heading", { level: 1, name: word })).toBeVisible();
      await expect(page.getByRole("dialog")).toHaveCount(0);
      await page.getByRole("table").locator("tbody tr").first().click();
      await expect(page).toHaveURL(/po_[0-9a-z]{26}/);
      await expect(page.getByText("How it adds up")).toBeVisible();
      expect(await frame.sidewaysOverflow()).toBeLessThanOrEqual(0);
    });
  }
});
