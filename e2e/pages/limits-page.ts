import { expect, type Locator, type Page } from "@playwright/test";

/** The console's limits of a program. */
export class LimitsPage {
  constructor(private readonly page: Page) {}

  async open(): Promise<void> {
    await this.page.goto("/ops/rules/limits?program=harbor-city-mobility");
    await expect(this.page.getByRole("table", { name: "Limits" })).toBeVisible();
  }

  row(subject: string): Locator {
    return this.page.getByRole("table", { name: "Limits" }).getByRole("row").filter({ hasText: subject });
  }

  get dialog(): Locator {
    return this.page.getByRole("dialog");
  }

  /** Opens the form of a new limit for one wallet or card, found by what is typed. */
  async startForInstrument(token: string): Promise<void> {
    await this.page.getByRole("button", { name: "Add a limit" }).click();
    await this.dialog.getByRole("radio", { name: "One of them" }).click();
    await pick(this.page, this.dialog, token);
  }

  async finish(payments: string, button: string): Promise<void> {
    await this.dialog.getByLabel("Payments at most").fill(payments);
    await this.dialog.getByRole("button", { name: button }).click();
    await expect(this.dialog).toHaveCount(0);
  }

  async startChange(subject: string): Promise<void> {
    await this.row(subject)
      .getByRole("button", { name: /^Change the limit/ })
      .click();
    await expect(this.dialog).toBeVisible();
  }

  async startRemoval(subject: string): Promise<void> {
    await this.row(subject)
      .getByRole("button", { name: /^Remove the limit/ })
      .click();
    await expect(this.dialog).toBeVisible();
  }
}

/** The console's allowances of a program. */
export class AllowancesPage {
  constructor(private readonly page: Page) {}

  async open(): Promise<void> {
    await this.page.goto("/ops/rules/allowances?program=harbor-city-mobility");
    await expect(this.page.getByRole("table", { name: "Allowances" })).toBeVisible();
  }

  get dialog(): Locator {
    return this.page.getByRole("dialog");
  }

  row(payer: string): Locator {
    return this.page.getByRole("row").filter({ hasText: payer });
  }

  async startFor(payer: string): Promise<void> {
    await this.page.getByRole("button", { name: "Grant an allowance" }).click();
    await pick(this.page, this.dialog, payer);
  }

  async grant(unit: string, monthly: string): Promise<void> {
    await this.dialog.getByLabel("Unit").fill(unit);
    await this.dialog.getByLabel("Each month").fill(monthly);
    await this.dialog.getByRole("button", { name: "Grant the allowance" }).click();
    await expect(this.dialog).toHaveCount(0);
  }

  async find(payer: string): Promise<void> {
    await this.page
      .getByRole("searchbox")
      .or(this.page.getByPlaceholder("Find by payer, wallet or card"))
      .first()
      .fill(payer);
    await expect(this.row(payer)).toHaveCount(1);
  }
}

/** Types into the picker of a dialog and takes the only thing that is found. */
async function pick(page: Page, dialog: Locator, text: string): Promise<void> {
  await dialog.getByRole("combobox", { name: /Wallet or card|Payer/ }).fill(text);
  const options = page.getByRole("option");
  await expect(options).toHaveCount(1);
  await options.first().click();
  // It fades out; what is looked at next is the dialog without it.
  await expect(page.getByRole("listbox")).toHaveCount(0);
}
