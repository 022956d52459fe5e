/** Dialogs and side sheets pass axe while they are open, in both themes. They are only looked at: nothing is done. */
import { expect, test } from "./fixtures";
import { DIALOG, OPENINGS, openIt } from "./openings";
import { addressOf, settled } from "./pages/family-page";

for (const opening of OPENINGS)
  test(`${opening.name}: axe finds nothing in either theme`, async ({ page, signIn, expectAccessible }) => {
    await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
    if (opening.phone) await page.setViewportSize({ width: 390, height: 844 });
    await signIn(opening.email);
    await page.goto(await addressOf(page, opening));
    await settled(page);
    await openIt(page, opening);
    await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
    await expectAccessible(DIALOG);
    await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
    await expect(page.locator("html")).toHaveClass(/\bdark\b/);
    await expectAccessible(DIALOG);
  });
