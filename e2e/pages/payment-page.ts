import { expect, type Locator, type Page } from "@playwright/test";
import { lastMicrosIn, microsIn } from "../amounts";

/** The page of one payment, in any portal. */
export class PaymentPage {
  constructor(
    private readonly page: Page,
    private readonly base: string,
  ) {}

  async open(paymentId: string): Promise<void> {
    await this.page.goto(`${this.base}/payments/${paymentId}`);
    await expect(this.heading).toContainText(/\d\.\d\d/);
  }

  get heading(): Locator {
    return this.page.getByRole("heading", { level: 1 });
  }

  state(label: string): Locator {
    return this.page.getByRole("main").getByText(label, { exact: true }).first();
  }

  async amount(): Promise<bigint> {
    return microsIn((await this.heading.textContent()) ?? "");
  }

  /** Who got how much, as the page lists it; empty while it is not split. */
  async split(): Promise<{ words: string; micros: bigint }[]> {
    const rows = this.page.getByRole("listitem").filter({ has: this.page.getByLabel(/^Why: /) });
    return (await rows.allInnerTexts()).map((words) => ({ words, micros: lastMicrosIn(words) }));
  }

  /** What was debited and credited on the accounts that the page draws, together. */
  async accounts(): Promise<{ names: string[]; debited: bigint; credited: bigint }> {
    const accounts = this.page.getByRole("region", { name: /^Account / });
    const names = (await accounts.getByRole("heading").allInnerTexts()).map((name) => name.trim());
    const feet = await accounts.locator("footer").allInnerTexts();
    let debited = 0n;
    let credited = 0n;
    for (const foot of feet) {
      const [debit = "", credit = ""] = foot.split(/(?<=debited)/);
      debited += microsIn(debit);
      credited += microsIn(credit);
    }
    return { names, debited, credited };
  }

  moment(title: string): Locator {
    return this.page.getByRole("listitem").filter({ hasText: title });
  }
}
