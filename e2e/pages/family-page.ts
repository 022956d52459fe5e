import { expect, type Page } from "@playwright/test";
import { ask } from "../api";
import type { PageFamily } from "../page-families";

/** Where a portal's queries are asked for a page below this path. */
function portalOf(path: string): string {
  const [portal, organisation] = path.split("/").filter(Boolean);
  return portal === "ops" ? "ops/harbor-city" : `${portal}/${organisation}`;
}

type Item = Record<string, unknown>;

async function firstOf(page: Page, portal: string, one: NonNullable<PageFamily["one"]>): Promise<string> {
  const { procedure, input, field = "id", of } = one;
  const given = of ? { [of[0]]: await firstOf(page, portal, of[1]) } : {};
  const answer = await ask<Item[] | { items: Item[] }>(page, portal, procedure, { ...input, ...given });
  const found = (Array.isArray(answer) ? answer : answer.items).map((item) => item[field]);
  const id = found.find((each) => typeof each === "string");
  if (typeof id !== "string") throw new Error(`${procedure} has no item to look at.`);
  return id;
}

/** The address of a page of this family. */
export async function addressOf(
  page: Page,
  { path, one }: Pick<PageFamily, "path" | "one">,
): Promise<string> {
  return one ? `${path}/${await firstOf(page, portalOf(path), one)}` : path;
}

/** Everything that was asked for has come: no skeleton is left. */
export async function settled(page: Page): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
  await expect(page.locator("[aria-busy=true]")).toHaveCount(0);
}
