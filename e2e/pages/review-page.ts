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

  /** Presses j and k until the case with this amount is open; the list may move meanwhile. */
  async goTo(amount: string): Promise<void> {
    await expect(this.row(amount)).toBeVisible({ timeout: 20_000 });
    await expect
      .poll(
        async () => {
          const [open, wanted] = await this.cases.evaluateAll(
            (all, text) => [
              all.findIndex((each) => each.getAttribute("aria-current") === "true"),
              all.findIndex((each) => each.textContent?.includes(text)),
            ],
            amount,
          );
          if (open === wanted) return "there";
          await this.page.keyboard.press((open ?? 0) < (wanted ?? 0) ? "j" : "k");
          return "on the way";
        },
        { timeout: 30_000, intervals: [100] },
      )
      .toBe("there");
    await expect(this.row(amount)).toHaveAttribute("aria-current", "true");
    await expect(this.file.getByRole("heading", { level: 2 })).toContainText(amount);
    await expect(this.file.getByText("Why this score")).toBeVisible();
  }

  /**
   * Presses a key that decides. A key that comes right after the case opened is meant for the one before and does
   * nothing, so it is pressed until the page says that it was heard.
   */
  async decide(key: "a" | "d", says: string, reason: "1" | "2" | "3" = "1"): Promise<void> {
    const why = this.page.getByRole("dialog", { name: /^Why do you/ });
    await expect
      .poll(
        async () => {
          if (!(await why.isVisible())) await this.page.keyboard.press(key);
          return await why.isVisible();
        },
        { timeout: 10_000, intervals: [400] },
      )
      .toBe(true);
    await this.page.keyboard.press(reason);
    await expect(this.page.locator("[data-toast]").filter({ hasText: says })).toBeVisible();
  }

  /** The list of keys; a key is heard once the page has come alive. */
  async showKeys(): Promise<void> {
    await expect
      .poll(async () => {
        await this.page.keyboard.press("?");
        return await this.page.getByRole("dialog").count();
      })
      .toBe(1);
  }

  /** Takes back the decision about this amount while the page's clock stands; keys wait until the question has gone. */
  async undo(amount: string): Promise<void> {
    await expect
      .poll(
        async () => {
          await this.page.clock.runFor(50);
          await this.page.keyboard.press("u");
          return await this.row(amount).count();
        },
        { timeout: 20_000, intervals: [200] },
      )
      .toBe(1);
  }

  async showDecided(): Promise<void> {
    await this.page.getByRole("button", { name: /^Decided/ }).click();
  }
}
