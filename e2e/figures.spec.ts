/** Every figure of a payout is explained by what it is made of. */
import { expect, test } from "./fixtures";
import { addressOf, settled } from "./pages/family-page";
import { readFigures } from "./pages/figures";

test("every row of a payout is explained by lines that add up to it, with the step's words and the version", async ({
  visit,
}) => {
  test.setTimeout(300_000);
  for (const [email, base] of [
    ["sam@voltway.example", "/m/voltway/payouts"],
    ["ana@metrotransit.example", "/a/metro-transit/remittances"],
    ["olivia@harborcity.example", "/ops/settlement/payouts"],
  ] as const) {
    const page = await visit(email);
    await page.goto(await addressOf(page, { path: base, one: { procedure: `${procedureOf(base)}.list` } }));
    await settled(page);
    const keys = await page
      .locator("dl[data-sum='sum list'] a[href*='explain=']")
      .evaluateAll((links) =>
        links.map((link) =>
          new URL(link.getAttribute("href") ?? "", location.href).searchParams.get("explain"),
        ),
      );
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) {
      if (!key || !/^(step:|gross|refunds)/.test(key)) continue;
      const sheet = page.getByRole("dialog");
      const row = page
        .locator(`dl[data-sum='sum list'] a[href*='explain=${encodeURIComponent(key)}']`)
        .first();
      // A click is heard once the page has come alive; before that it leads to the same address, as any link.
      await row.click();
      const lines = sheet.getByRole("table", { name: /^Lines behind/ });
      await expect(lines.locator("tbody tr").first()).toBeVisible();
      if (key.startsWith("step:")) await expect(sheet.getByText(/agreement v\d+/).first()).toBeVisible();
      await expect(
        sheet
          .getByRole("table", { name: /^Payments behind/ })
          .locator("tbody tr")
          .first(),
      ).toBeVisible();
      const { sums, facts } = await readFigures(page);
      expect(sums.filter(({ parts, whole }) => parts !== whole)).toEqual([]);
      const own = facts.filter(({ fact }) => fact.endsWith(` ${key}`)).map(({ figure }) => figure);
      expect(new Set(own).size, key).toBe(1);
      const see = sheet.getByRole("link", { name: /^See the (payments|refunds)/ });
      const only = new URL((await see.getAttribute("href")) ?? "", page.url()).searchParams.get("in-only");
      expect(only, key).toBe(key === "refunds" ? "refunds" : "payments");
      await page.keyboard.press("Escape");
      await expect(sheet).toHaveCount(0);
    }
  }
});

const procedureOf = (base: string) => (base.endsWith("remittances") ? "remittances" : "payouts");
