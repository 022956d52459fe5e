import { expect, type Locator, type Page } from "@playwright/test";

export class SignInPage {
  constructor(private readonly page: Page) {}

  async open(): Promise<void> {
    await this.page.goto("/sign-in");
    await expect(this.page.getByRole("heading", { level: 1, name: "Sign in" })).toBeVisible();
  }

  /** Sends the form as it is filled, whatever comes of it. */
  async send(email: string, password: string): Promise<void> {
    await this.page.getByRole("textbox", { name: /e-?mail/i }).fill(email);
    await this.page.getByRole("textbox", { name: "Password" }).fill(password);
    await this.page.getByRole("button", { name: "Sign in", exact: true }).click();
  }

  async enter(email: string, password: string): Promise<void> {
    await this.open();
    await this.send(email, password);
    // The entrance leads on to the portal; who goes elsewhere before that is called back.
    await this.page.waitForURL((url) => url.pathname !== "/" && !url.pathname.startsWith("/sign-in"));
  }

  get refusal(): Locator {
    return this.page.getByRole("alert").filter({ hasText: /\S/ });
  }
}
