import { expect, type Locator, type Page } from "@playwright/test";
import { lastMicrosIn, microsIn } from "../amounts";

/** The page of one payout or remittance, or of one statement: a figure and how it adds up. */
export class PayoutPage {
  constructor(private readonly page: Page) {}

  async open(address: string): Promise<void> {
    await this.page.goto(address);
    await expect(this.heading).toContainText(/\d\.\d\d/);
    await expect(this.page.locator("dl dd").first()).toBeVisible();
  }

  get heading(): Locator {
    return this.page.getByRole("heading", { level: 1 });
  }

  async amount(): Promise<bigint> {
    return microsIn((await this.heading.textContent()) ?? "");
  }

  /** The rows of "How it adds up" as they stand: label and amount, the total last. */
  async reckoning(): Promise<{ label: string; micros: bigint }[]> {
    const heading = this.page.getByRole("heading", { name: "How it adds up" });
    const card = this.page.locator("section").filter({ has: heading });
    const labels = await card.locator("dt").allInnerTexts();
    const amounts = await card.locator("dd").allInnerTexts();
    expect(amounts).toHaveLength(labels.length);
    return labels.map((label, index) => ({
      label: label.replace(/\s+/g, " "),
      micros: microsIn(amounts[index] ?? ""),
    }));
  }

  /** The last column of the payments inside, after all pages of the table were loaded. */
  async items(): Promise<{ paymentId: string; micros: bigint }[]> {
    const table = this.page.getByRole("table", { name: "Payments", exact: true });
    await expect(table.locator("tbody tr").first()).toBeVisible();
    // As many clicks as there are pages, however many: each has to bring rows, and none waits longer than it must.
    const more = this.page.getByRole("button", { name: "Load more" });
    for (let known = await table.locator("tbody tr").count(); (await more.count()) > 0; ) {
      await more.click();
      await expect.poll(() => table.locator("tbody tr").count()).toBeGreaterThan(known);
      known = await table.locator("tbody tr").count();
    }
    const rows = await table.locator("tbody tr").evaluateAll((all) =>
      all.map((row) => ({
        id: row.querySelector("[aria-label^='Copy pay_']")?.getAttribute("aria-label")?.slice(5) ?? "",
        text: row.querySelector("td:last-child")?.textContent ?? "",
      })),
    );
    return rows.map(({ id, text }) => ({ paymentId: id, micros: lastMicrosIn(text.trim()) }));
  }
}
