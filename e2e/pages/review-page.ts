import { expect, type Locator, type Page } from "@playwright/test";

/** The operator's review queue, as it is played from the keyboard. */
export class ReviewPage {
  constructor(private readonly page: Page) {}

  async open(): Promise<void> {
    await this.page.goto("/ops/review");
    await expect(this.cases.first()).toBeVisible();
  }

  get cases(): Locator {
    return this.page.getByRole("list", { name: "Cases" }).getByRole("link");
  }

  /** The row of the case with this amount. */
  row(amount: string): Locator {
    return this.cases.filter({ hasText: amount });
  }

  /** The case at the right. */
  get file(): Locator {
    return this.page.getByRole("article", { name: /^Case case_/ });
  }

  /** Presses j, or k from the end, until the case with this amount is open. */
  async goTo(amount: string): Promise<void> {
    await expect(this.row(amount)).toBeVisible({ timeout: 20_000 });
    const isOpen = async () => (await this.row(amount).getAttribute("aria-current")) === "true";
    const count = await this.cases.count();
    for (const key of ["j", "k"]) {
      for (let press = 0; press < count + 5 && !(await isOpen()); press++) {
        const open = this.cases.and(this.page.locator("[aria-current=true]"));
        const before = await open.getAttribute("href");
        await this.page.keyboard.press(key);
        const moved = await expect
          .poll(async () => (await open.getAttribute("href")) !== before, { timeout: 1_500 })
          .toBe(true)
          .then(() => true)
          .catch(() => false);
        // The end of the list: the other key goes back.
        if (!moved) break;
      }
    }
    await expect(this.row(amount)).toHaveAttribute("aria-current", "true");
    await expect(this.file.getByRole("heading", { level: 2 })).toContainText(amount);
    await expect(this.file.getByText("Why this score")).toBeVisible();
  }

  /**
   * Presses a key that decides. A key that comes right after the case opened is meant for the one before and does
   * nothing, so it is pressed until the page says that it was heard.
   */
  async decide(key: "a" | "d", says: string): Promise<void> {
    const toast = this.page.getByText(says);
    await expect
      .poll(
        async () => {
          await this.page.keyboard.press(key);
          return await toast.isVisible();
        },
        { timeout: 10_000, intervals: [400] },
      )
      .toBe(true);
  }

  async undo(): Promise<void> {
    await this.page.keyboard.press("u");
  }

  async showDecided(): Promise<void> {
    await this.page.getByRole("button", { name: /^Decided/ }).click();
  }
}
