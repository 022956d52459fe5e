/** Dialogs and side sheets pass axe while they are open, in both themes. They are only looked at: nothing is done. */
import { expect, expectAccessibleInBothThemes, test } from "./fixtures";
import { DIALOG, OPENINGS, openIt } from "./openings";
import { addressOf, settled } from "./pages/family-page";

for (const opening of OPENINGS)
  test(`${opening.name}: axe finds nothing in either theme`, async ({ visit }) => {
    const page = await visit(opening.email);
    if (opening.phone) await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(await addressOf(page, opening));
    await settled(page);
    await openIt(page, opening);
    await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
    await expectAccessibleInBothThemes(page, DIALOG);
  });
