/**
 * Figures add up by themselves. Pages mark which of their figures are parts of a sum (`data-sum`), and name facts that
 * stand in several places (`data-fact`); what is read is the text that people see. Columns with a foot are added too.
 */
import type { Page } from "@playwright/test";
import { HARBOR_CITY } from "@/prisma/seed/harbor-city/cast";
import { expect, test } from "./fixtures";
import { PAGE_FAMILIES } from "./page-families";
import { addressOf, settled } from "./pages/family-page";
import { readFigures } from "./pages/figures";

/** The sums that a family shows with the demo's data; none, where its amounts stand each for itself. */
const SUMS: Record<string, readonly string[]> = {
  "sign-in": [],
  "invitation that is used up": [],
  "link of the first operator that is used up": [],
  account: [],
  "choice of organisation": [],
  "merchant overview": ["money flow"],
  "merchant payments": [],
  "merchant payment": [],
  "merchant payouts": [],
  "merchant payout": ["sum list", "money flow"],
  "merchant devices": [],
  "merchant device": [],
  "merchant statements": ["Statements"],
  "merchant statement": ["sum list", "Lines"],
  "merchant agreements": [],
  "merchant agreement": [],
  "merchant bank accounts": [],
  "merchant team": [],
  "agency overview": ["Settlement statements"],
  "agency statements": ["Statements"],
  "agency statement": ["sum list", "Lines"],
  "agency agreements": [],
  "agency agreement": [],
  "agency remittances": [],
  "agency remittance": ["sum list", "money flow"],
  "agency payment": ["split"],
  "agency bank accounts": [],
  "agency team": [],
  "console overview": ["money flow"],
  "console review queue": [],
  "console payments": [],
  "console payment": [],
  "console devices": [],
  "console device": [],
  "console settlement runs": ["Settlement runs"],
  "console settlement run": ["run", "money flow", "Statements"],
  "console payouts": [],
  "console payout": ["sum list", "money flow"],
  "console statement": ["sum list", "Lines"],
  "console agreements": [],
  "console agreement": [],
  "console draft of an agreement": [],
  "console programs": [],
  "console program": ["money flow"],
  "console exceptions": [],
  "console ledger": [],
  "console account of the ledger": [],
  "console transfers": [],
  "console transfer": [],
  "console journal": ["T-account"],
  "console trial balance": ["Trial balance, column"],
  "console proof of the ledger": [],
  "console imports": [],
  "console import": [],
  "console rules": [],
  "console limits": [],
  "console allowances": [],
  "console organisations": [],
  "console organisation": [],
  "console audit log": [],
  "console health": [],
  "console confirmations": [],
  "console team": [],
};

test("the figures of every page add up, and a fact is the same figure wherever it stands", async ({
  page,
  signIn,
}) => {
  test.setTimeout(600_000);
  expect(PAGE_FAMILIES.map(({ name }) => name).filter((name) => !SUMS[name])).toEqual([]);
  const faults: string[] = [];
  const facts = new Map<string, { figure: string; pages: string[] }>();
  let added = 0;
  let email: string | null = null;
  for (const family of PAGE_FAMILIES) {
    // The page of an import has lines only after one was brought; its own test looks at its figures.
    if (family.one?.procedure === "imports.list") continue;
    if (family.email !== email) {
      await page.context().clearCookies();
      if (family.email) await signIn(family.email);
      email = family.email;
    }
    await page.goto(await addressOf(page, family));
    await settled(page);
    const { sums, facts: found } = await untilStill(page, SUMS[family.name] ?? []);
    for (const { name, parts, whole, shown } of sums) {
      added++;
      if (parts !== whole) faults.push(`${family.name}, ${name}: ${shown}`);
    }
    for (const name of SUMS[family.name] ?? []) {
      if (!sums.some((sum) => sum.name === name)) faults.push(`${family.name} shows no sum "${name}"`);
    }
    for (const { fact, figure } of found) {
      const before = facts.get(fact);
      if (before && before.figure !== figure) {
        faults.push(`${fact}: ${before.figure} on ${before.pages[0]}, ${figure} on ${family.name}`);
      }
      facts.set(fact, { figure: before?.figure ?? figure, pages: [...(before?.pages ?? []), family.name] });
    }
  }
  expect(faults).toEqual([]);
  // How many there are follows what happened in the demo; each family above has shown its own.
  expect(added).toBeGreaterThan(80);
  const compared = [...facts].filter(([, { pages }]) => new Set(pages).size > 1);
  const kinds = new Set(compared.map(([fact]) => fact.split(" ").at(-1)?.split(":")[0]));
  expect([...kinds].sort()).toEqual(expect.arrayContaining(["amount", "gross", "payout", "refunds", "share"]));
});

/** Parts of a page come after each other; it is read when all the sums that it has are there. */
async function untilStill(page: Page, names: readonly string[]) {
  let read = await readFigures(page);
  await expect
    .poll(
      async () => {
        read = await readFigures(page);
        return names.filter((name) => !read.sums.some((sum) => sum.name === name));
      },
      { timeout: 10_000 },
    )
    .toEqual([])
    .catch(() => {});
  return read;
}

test("every row of a payout is explained by lines that add up to it, with the step's words and the version", async ({
  page,
  signIn,
}) => {
  test.setTimeout(300_000);
  for (const [email, base] of [
    ["sam@voltway.example", "/m/voltway/payouts"],
    ["ana@metrotransit.example", "/a/metro-transit/remittances"],
    ["olivia@harborcity.example", "/ops/settlement/payouts"],
  ] as const) {
    await page.context().clearCookies();
    await signIn(email);
    await page.goto(await addressOf(page, { path: base, one: { procedure: `${procedureOf(base)}.list` } }));
    await settled(page);
    const keys = await page
      .locator("dl[data-sum='sum list'] a[href*='explain=']")
      .evaluateAll((links) =>
        links.map((link) =>
          new URL(link.getAttribute("href") ?? "", location.href).searchParams.get("explain"),
        ),
      );
    expect(keys.length).toBeGreaterThan(0);
    const address = page.url();
    for (const key of keys) {
      if (!key || !/^(step:|gross|refunds)/.test(key)) continue;
      await page.goto(`${address}?explain=${encodeURIComponent(key)}`);
      const sheet = page.getByRole("dialog");
      const lines = sheet.getByRole("table", { name: /^Lines behind/ });
      await expect(lines.locator("tbody tr").first()).toBeVisible();
      if (key.startsWith("step:")) await expect(sheet.getByText(/agreement v\d+/).first()).toBeVisible();
      await expect(
        sheet
          .getByRole("table", { name: /^Payments behind/ })
          .locator("tbody tr")
          .first(),
      ).toBeVisible();
      const { sums, facts } = await readFigures(page);
      expect(sums.filter(({ parts, whole }) => parts !== whole)).toEqual([]);
      const own = facts.filter(({ fact }) => fact.endsWith(` ${key}`)).map(({ figure }) => figure);
      expect(new Set(own).size, key).toBe(1);
      const see = sheet.getByRole("link", { name: /^See the (payments|refunds)/ });
      const only = new URL((await see.getAttribute("href")) ?? "", page.url()).searchParams.get("in-only");
      expect(only, key).toBe(key === "refunds" ? "refunds" : "payments");
    }
  }
});

const procedureOf = (base: string) => (base.endsWith("remittances") ? "remittances" : "payouts");

test("a party has one colour on every page, in each theme", async ({ page, signIn }) => {
  test.setTimeout(300_000);
  const drawn = PAGE_FAMILIES.filter(({ name }) =>
    /(overview|payout|remittance|payment|agreement|settlement run|program|review queue)$/.test(name),
  );
  const seen = {
    light: new Map<string, Map<string, string>>(),
    dark: new Map<string, Map<string, string>>(),
  };
  for (const theme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: theme });
    let email: string | null = null;
    for (const family of drawn) {
      if (family.email !== email) {
        await page.context().clearCookies();
        if (family.email) await signIn(family.email);
        email = family.email;
      }
      await page.goto(await addressOf(page, family));
      await settled(page);
      const colours = await page.locator("[data-party]").evaluateAll((all) =>
        all.map((each) => {
          const style = getComputedStyle(each);
          return {
            party: each.getAttribute("data-party") ?? "",
            colour: each instanceof SVGElement ? style.fill : style.backgroundColor,
          };
        }),
      );
      for (const { party, colour } of colours) {
        // The words of an agreement for whoever is paid and for the platform are not one party's name.
        if (party.startsWith("$") || party === "operator") continue;
        const known = seen[theme].get(party) ?? new Map<string, string>();
        known.set(colour, family.name);
        seen[theme].set(party, known);
      }
    }
  }
  for (const theme of ["light", "dark"] as const) {
    const several = [...seen[theme]].filter(([, colours]) => colours.size > 1);
    expect(several.map(([party, colours]) => `${party}: ${[...colours].join("; ")}`)).toEqual([]);
    expect(seen[theme].size).toBeGreaterThan(8);
    // Programs that other tests found have parties of their own.
    const city = [...seen[theme]].filter(([party]) => HARBOR_CITY.parties.includes(party));
    const colours = city.map(([, own]) => [...own.keys()][0]);
    expect(new Set(colours).size, "no two parties of the city share a colour").toBe(colours.length);
  }
});
