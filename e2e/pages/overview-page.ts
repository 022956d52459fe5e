import { expect, type Locator, type Page } from "@playwright/test";
import { microsIn } from "../amounts";

/** The first page of a portal with its figures. */
export class OverviewPage {
  constructor(
    private readonly page: Page,
    private readonly base: string,
  ) {}

  async open(): Promise<void> {
    await this.page.goto(this.base);
    await expect(this.page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  }

  /** The figures move by themselves from here on. */
  async untilLive(): Promise<void> {
    await expect(this.page.getByText("Live", { exact: true })).toBeVisible();
  }

  card(label: string): Locator {
    return this.page
      .getByRole("main")
      .getByText(label, { exact: true })
      .locator("xpath=ancestor::*[self::a or self::section or self::div][.//*[@data-code]][1]");
  }

  async figure(label: string): Promise<bigint> {
    return microsIn((await this.card(label).textContent()) ?? "");
  }
}
