/** Files of transactions, uploaded by an operator. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, type Page } from "@playwright/test";
import type { Amount } from "../api";

export interface ImportView {
  id: string;
  rows: { total: number; accepted: number; duplicate: number; refused: number; flagged: number };
  acceptedAmount: Amount;
}

interface Upload {
  programId: string;
  merchantId: string;
  name: string;
  bytes: Buffer;
}

export const testFile = (name: string): Promise<Buffer> =>
  readFile(join(import.meta.dirname, "../testdata", name));

/** Sends a file as the page does, in the name of whoever is signed in. */
export async function upload(
  page: Page,
  { programId, merchantId, name, bytes }: Upload,
): Promise<ImportView> {
  const query = new URLSearchParams({ program: programId, merchant: merchantId, name });
  const response = await page.request.post(`/api/imports/harbor-city?${query}`, {
    data: bytes,
    headers: { "content-type": "application/octet-stream", origin: new URL(page.url()).origin },
  });
  expect(response.status(), await response.text()).toBe(200);
  return (await response.json()) as ImportView;
}
