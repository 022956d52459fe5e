import { expect, type Locator, type Page } from "@playwright/test";

export interface NewDevice {
  kind: string;
  name: string;
  merchant: string;
  publicKeyPem: string;
}

/** The operator's registry of devices. */
export class DeviceRegistry {
  constructor(private readonly page: Page) {}

  /** Registers a device of the first program and lands on its page. */
  async register(device: NewDevice): Promise<void> {
    await this.page.goto("/ops/devices");
    await this.page.getByRole("button", { name: "Register a device" }).first().click();
    const dialog = this.page.getByRole("dialog", { name: "Register a device" });
    await dialog.getByRole("combobox", { name: "Kind" }).click();
    await this.page.getByRole("option", { name: device.kind }).click();
    await dialog.getByRole("textbox", { name: "Name" }).fill(device.name);
    await dialog.getByRole("combobox", { name: "Program" }).click();
    await this.page.getByRole("option", { name: /Harbor City Mobility/ }).click();
    await dialog.getByRole("combobox", { name: "Merchant" }).fill(device.merchant);
    await this.page.getByRole("option", { name: device.merchant }).click();
    await dialog.getByRole("textbox", { name: "Public key" }).fill(device.publicKeyPem);
    await dialog.getByRole("button", { name: "Register", exact: true }).click();
    await expect(this.page).toHaveURL(/\/devices\/dev_[0-9a-z]{26}/);
    await expect(this.page.getByRole("heading", { level: 1, name: device.name })).toBeVisible();
  }

  get dialog(): Locator {
    return this.page.locator(":is([role=dialog],[role=alertdialog]):not([data-toast])");
  }

  /** Asks for a change of state and confirms it, with the reason where one is asked for. */
  async change(action: "Activate" | "Suspend", reason?: string): Promise<void> {
    await this.page.getByRole("main").getByRole("button", { name: action, exact: true }).click();
    if (reason) await this.dialog.getByRole("textbox").fill(reason);
    await this.dialog.getByRole("button", { name: new RegExp(`^${action}`) }).click();
    await expect(this.dialog).toHaveCount(0);
  }

  async credentialId(): Promise<string> {
    const copy = this.page.getByRole("button", { name: /^Copy cred_/ });
    return ((await copy.getAttribute("aria-label")) ?? "").replace("Copy ", "");
  }
}
