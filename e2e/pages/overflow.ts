import type { Page } from "playwright-core";

/**
 * What reaches out of its place, in words: the page itself, parts that scroll sideways, and texts that are cut and
 * that nothing tells in full.
 */
export async function findOverflow(page: Page): Promise<string[]> {
  // Without functions that have a name: what a compiler adds to those is not there in the page.
  const { out, beyond, inside } = await page.evaluate(() => {
    const root = document.documentElement;
    const all = [...document.querySelectorAll<HTMLElement>("body *")].filter(
      (each) => each.checkVisibility() && each.clientWidth > 1,
    );
    const outside = all.filter((each) => each.getBoundingClientRect().right > root.clientWidth + 1);
    return {
      out: root.scrollWidth - root.clientWidth,
      beyond: outside
        .filter((each) => !outside.some((other) => other !== each && each.contains(other)))
        .map(({ localName, textContent }) => `<${localName}> "${textContent}"`),
      inside: all
        .map((element) => ({
          by: element.scrollWidth - element.clientWidth,
          text: `<${element.localName}> "${element.textContent}"`,
          overflow: getComputedStyle(element).overflowX,
          ellipsis: getComputedStyle(element).textOverflow === "ellipsis",
          told: element.closest("[title], [aria-label]") !== null,
        }))
        .filter(({ by, overflow }) => by > 1 && overflow !== "visible"),
    };
  });
  const found = inside
    .filter(({ ellipsis, told }) => !ellipsis || !told)
    .map(({ by, text, overflow, ellipsis }) => {
      const how = ellipsis
        ? "is cut and told nowhere"
        : overflow === "hidden" || overflow === "clip"
          ? "is hidden"
          : "scrolls";
      return `${shorten(text)} ${how} by ${by} px`;
    });
  return out > 0
    ? [
        `the page reaches out of the screen by ${out} px: ${beyond.slice(0, 3).map(shorten).join(", ")}`,
        ...found,
      ]
    : found;
}

function shorten(text: string): string {
  return text.trim().replaceAll(/\s+/g, " ").slice(0, 70);
}
