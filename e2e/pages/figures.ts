import type { Page } from "@playwright/test";

interface Figures {
  /** Micros as text, because the browser hands no bigint over; `shown` is what stands on the page. */
  sums: { name: string; parts: string; whole: string; shown: string }[];
  facts: { fact: string; figure: string }[];
}

/** Reads what the page shows: the sums that it marks, the columns of its tables that have a foot, and its facts. */
export async function readFigures(page: Page): Promise<Figures> {
  return await page.evaluate(() => {
    /** The exact figure: for one that is rounded for the eye, what is said to screen readers. */
    const textOf = (element: Element): string => {
      const copy = element.cloneNode(true);
      if (!(copy instanceof Element)) return "";
      for (const hidden of copy.querySelectorAll("[aria-hidden]")) hidden.remove();
      return (copy.textContent ?? "").trim();
    };
    const microsOf = (element: Element): bigint => {
      const found = /([−-]?)\s?(\d[\d\u2009\u00a0 ]*)(?:\.(\d+))?/u.exec(textOf(element));
      if (!found) throw new Error(`There is no figure in "${textOf(element)}".`);
      const [, sign, whole = "", fraction = ""] = found;
      const micros = BigInt(whole.replace(/\D/g, "") + fraction.padEnd(6, "0").slice(0, 6));
      return sign ? -micros : micros;
    };
    const sums: Figures["sums"] = [];
    const add = (name: string, parts: Element[], whole: Element) =>
      sums.push({
        name,
        parts: parts.reduce((sum, part) => sum + microsOf(part), 0n).toString(),
        whole: microsOf(whole).toString(),
        shown: `${parts.map(textOf).join(" + ")} = ${textOf(whole)}`,
      });
    for (const group of document.querySelectorAll("[data-sum]")) {
      const own = (selector: string) =>
        [...group.querySelectorAll(selector)].filter((each) => each.closest("[data-sum]") === group);
      for (const whole of own("[data-sum-whole]")) {
        const key = whole.getAttribute("data-sum-whole");
        const parts = own("[data-sum-part]").filter((part) => part.getAttribute("data-sum-part") === key);
        add(group.getAttribute("data-sum") ?? "", parts, whole);
      }
    }
    for (const table of document.querySelectorAll("table")) {
      const feet = [...(table.tFoot?.rows[0]?.cells ?? [])];
      const rows = [...(table.tBodies[0]?.rows ?? [])];
      feet.forEach((foot, column) => {
        if (!foot.querySelector("[data-money]")) return;
        const cells = rows.flatMap((row) => row.cells[column]?.querySelector("[data-money]") ?? []);
        add(`${table.getAttribute("aria-label")}, column`, cells, foot);
      });
    }
    const facts = [...document.querySelectorAll("[data-fact]")].map((each) => ({
      fact: each.getAttribute("data-fact") ?? "",
      figure: microsOf(each).toString(),
    }));
    return { sums, facts };
  });
}
