/** What the portals' pages ask the server, asked in the name of whoever is signed in on a page. */
import { expect, type Page } from "@playwright/test";

/** A query of a portal: `m/voltway`, `a/metro-transit` or `ops/harbor-city`. */
export async function ask<Answer>(
  page: Page,
  portal: string,
  procedure: string,
  input?: unknown,
): Promise<Answer> {
  const query = input === undefined ? "" : `?input=${encodeURIComponent(JSON.stringify(input))}`;
  const response = await page.request.get(`/api/trpc/${portal}/${procedure}${query}`);
  expect(response.status(), `${procedure} answers`).toBe(200);
  const { result } = (await response.json()) as { result: { data: Answer } };
  return result.data;
}

export interface Amount {
  amount: string;
  currency: string;
}

/** All pages of a list. */
export async function askAll<Item>(
  page: Page,
  portal: string,
  procedure: string,
  input: Record<string, unknown>,
): Promise<Item[]> {
  const all: Item[] = [];
  let cursor: string | null = null;
  do {
    const answer: { items: Item[]; nextCursor: string | null } = await ask(page, portal, procedure, {
      limit: 200,
      ...input,
      ...(cursor && { cursor }),
    });
    all.push(...answer.items);
    cursor = answer.nextCursor;
  } while (cursor);
  return all;
}
