/** Files of transactions in the operator console. */
import { randomInt } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Download, expect, type Locator, type Page } from "@playwright/test";
import type { Amount } from "../api";

export interface ImportView {
  id: string;
  rows: {
    total: number;
    accepted: number;
    refund: number;
    free: number;
    duplicate: number;
    refused: number;
    flagged: number;
  };
  acceptedAmount: Amount;
  refundedAmount: Amount;
}

export interface TestFile {
  name: string;
  bytes: Buffer;
}

export async function testFile(name: string): Promise<TestFile> {
  return { name, bytes: await readFile(join(import.meta.dirname, "../testdata", name)) };
}

/** The same rows under ids that were never seen, so that a stack that stays up takes them again. */
export function renumbered({ name, bytes }: TestFile): TestFile {
  const prefix = randomInt(100, 999);
  return { name, bytes: Buffer.from(bytes.toString().replaceAll(/^(\d+),/gm, `${prefix}$1,`)) };
}

/** Sends a file without the page, in the name of whoever is signed in on it. */
export async function upload(
  page: Page,
  target: { programId: string; merchantId: string },
  { name, bytes }: TestFile,
): Promise<ImportView> {
  const query = new URLSearchParams({ program: target.programId, merchant: target.merchantId, name });
  const response = await page.request.post(`/api/imports/harbor-city?${query}`, {
    data: bytes,
    headers: { "content-type": "application/octet-stream", origin: new URL(page.url()).origin },
  });
  expect(response.status(), await response.text()).toBe(200);
  return (await response.json()) as ImportView;
}

export class ImportsPage {
  constructor(private readonly page: Page) {}

  /** Brings a file for a merchant and lands on what became of it. */
  async bring(file: TestFile, of: { program: string; merchant: string }): Promise<string> {
    await this.fill(file, of);
    await expect(this.page).toHaveURL(/\/imports\/imp\w*_[0-9a-z]{26}/);
    await expect(this.page.getByRole("heading", { level: 1, name: file.name })).toBeVisible();
    return this.page.url().split("/").at(-1) ?? "";
  }

  /** Fills the form and sends it, whatever comes of it. */
  async fill(file: TestFile, of: { program: string; merchant: string }): Promise<void> {
    await this.present(file, of);
    await this.page.getByRole("button", { name: "Import", exact: true }).click();
  }

  /** Fills the form and sends nothing. */
  async present(file: TestFile, of: { program: string; merchant: string }): Promise<void> {
    await this.page.goto("/ops/imports");
    await this.choose("Program", of.program);
    await this.choose("Merchant", of.merchant);
    const input = this.page.locator("input[type=file]");
    await input.setInputFiles({ name: file.name, mimeType: "application/octet-stream", buffer: file.bytes });
  }

  async choose(label: string, name: string): Promise<void> {
    await this.page.getByRole("combobox", { name: label }).click();
    await this.page.getByRole("option", { name: new RegExp(name) }).click();
  }

  /** One of the four counts at the top. */
  count(label: "Taken" | "Known already" | "Something odd" | "Refused"): Locator {
    return this.page
      .getByRole("main")
      .getByText(label, { exact: true })
      .first()
      .locator("xpath=following::*[normalize-space()][1]");
  }

  get lines(): Locator {
    return this.page.getByRole("table", { name: "Lines of the file" }).locator("tbody tr");
  }

  async downloadRefused(): Promise<Download> {
    const [download] = await Promise.all([
      this.page.waitForEvent("download"),
      this.page.getByRole("link", { name: "Refused lines as CSV" }).click(),
    ]);
    return download;
  }
}
