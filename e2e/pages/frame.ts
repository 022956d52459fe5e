import { expect, type Locator, type Page } from "@playwright/test";

/** What stands around every page of a portal: navigation, palette, theme, account. */
export class Frame {
  constructor(private readonly page: Page) {}

  get palette(): Locator {
    return this.page.getByRole("dialog", { name: "Go to a page or find by id" });
  }

  /** ⌘K works once the page has come alive, so it is pressed until the palette is there. */
  async openPalette(): Promise<void> {
    await expect
      .poll(async () => {
        if (!(await this.palette.isVisible())) await this.page.keyboard.press("ControlOrMeta+k");
        return await this.palette.isVisible();
      })
      .toBe(true);
  }

  async find(text: string): Promise<void> {
    await this.palette.getByRole("combobox").fill(text);
  }

  option(name: string | RegExp): Locator {
    return this.palette.getByRole("option", { name });
  }

  async chooseTheme(name: "Light" | "Dark" | "As the system"): Promise<void> {
    await this.page.getByRole("button", { name: "Theme" }).click();
    await this.page
      .locator("[role=menuitem],[role=menuitemcheckbox],[role=menuitemradio]")
      .filter({ hasText: name })
      .click();
    await this.page.keyboard.press("Escape");
  }

  async background(): Promise<string> {
    return await this.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  }

  async signOut(name: string): Promise<void> {
    await this.page.getByRole("button", { name: `Account of ${name}` }).click();
    await this.page.getByRole("menuitem", { name: "Sign out" }).click();
    await this.page.waitForURL((url) => url.pathname === "/sign-in");
  }

  /** How far the page reaches beyond the screen to the right, in pixels. */
  async sidewaysOverflow(): Promise<number> {
    return await this.page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
  }
}
