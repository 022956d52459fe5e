import type { Page } from "@playwright/test";

/** The colours in which a page draws parties, by the party's slug. */
export async function readPartyColours(page: Page): Promise<{ party: string; colour: string }[]> {
  const drawn = await page.locator("[data-party]").evaluateAll((all) =>
    all.map((each) => {
      const style = getComputedStyle(each);
      return {
        party: each.getAttribute("data-party") ?? "",
        colour: each instanceof SVGElement ? style.fill : style.backgroundColor,
      };
    }),
  );
  // The words of an agreement for whoever is paid and for the platform are not one party's name.
  return drawn.filter(({ party }) => !party.startsWith("$") && party !== "operator");
}
