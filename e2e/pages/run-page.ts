import { expect, type Locator, type Page } from "@playwright/test";
import { microsIn } from "../amounts";

/** Settlement runs in the operator console. */
export class RunPage {
  constructor(private readonly page: Page) {}

  async open(runId: string): Promise<void> {
    await this.page.goto(`/ops/settlement/${runId}`);
    await expect(this.heading).toContainText(/\d\.\d\d/);
  }

  get heading(): Locator {
    return this.page.getByRole("heading", { level: 1 });
  }

  /** The badge beside the figure. */
  state(label: string): Locator {
    return this.heading.locator("xpath=..").getByText(label, { exact: true });
  }

  async amount(): Promise<bigint> {
    return microsIn((await this.heading.textContent()) ?? "");
  }

  async payouts(): Promise<{ party: string; state: string; micros: bigint }[]> {
    const table = this.page.getByRole("table", { name: "Payouts", exact: true });
    await expect(table.locator("tbody tr").first()).toBeVisible();
    const rows = await table.locator("tbody tr").all();
    return await Promise.all(
      rows.map(async (row) => {
        const cells = await row.locator("td").allTextContents();
        return { party: cells[0] ?? "", micros: microsIn(cells[1] ?? ""), state: cells[2] ?? "" };
      }),
    );
  }

  action(name: string): Locator {
    return this.page.getByRole("main").getByRole("button", { name, exact: true });
  }

  dialog(): Locator {
    // Toasts are dialogs too, beside which the work goes on.
    return this.page.locator("[role=dialog]:not([data-toast])");
  }
}
