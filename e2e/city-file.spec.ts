/**
 * A city's own file, with columns that nobody here has seen: mapped, tried, imported, undone and imported again, as
 * somebody does who does it for the first time.
 */
import { randomInt } from "node:crypto";
import type { Page } from "@playwright/test";
import { microsOf } from "./amounts";
import { type Amount, ask, askAll } from "./api";
import { expect, test } from "./fixtures";
import { DIALOG } from "./openings";
import { ImportsPage, type ImportView, type TestFile } from "./pages/imports";
import { foundProgram } from "./stage/run-stage";

const OLIVIA = "olivia@harborcity.example";
const CONSOLE = "ops/harbor-city";
const MERCHANT = "Pike Street Meters";

/** Semicolons, decimal commas, day first, the time of day in a column of its own, Windows letters, a marked refund. */
function cityFile(tag: number): TestFile {
  const lines = [
    "Vorgang;Datum;Uhrzeit;Parkzone;Automat;Betrag;Zahlart;Art;Storno zu",
    `V${tag}1;05.03.2019;08:15;Süd;PA-1042;1.234,50;EC-Karte;Verkauf;`,
    `V${tag}2;05.03.2019;08:20;Nord;PA-1043;2,40;Münzen;Verkauf;`,
    `V${tag}3;05.03.2019;09:05;Nord;PA-1043;0,00;Münzen;Verkauf;`,
    `V${tag}4;05.03.2019;09:40;Süd;PA-1042;2,40;EC-Karte;Storno;V${tag}2`,
    `V${tag}5;05.13.2019;10:00;Süd;PA-1042;3,00;EC-Karte;Verkauf;`,
    `V${tag}6;05.03.2019;10:10;Süd;PA-1042;drei;EC-Karte;Verkauf;`,
  ];
  return { name: `parkscheine-${tag}.csv`, bytes: Buffer.from(`${lines.join("\r\n")}\r\n`, "latin1") };
}
const TAKEN = microsOf("1236.90");
const GIVEN_BACK = microsOf("2.40");

const dialogOf = (page: Page) => page.locator(DIALOG);

async function set(page: Page, label: string, option: string): Promise<void> {
  await dialogOf(page).getByRole("combobox", { name: label, exact: true }).click();
  await page.getByRole("option", { name: option, exact: true }).click();
  // The next list opens when this one has gone.
  await expect(page.getByRole("option")).toHaveCount(0);
}

test("a city's file with foreign columns is mapped, tried, imported, undone and imported again", async ({
  page,
  signIn,
  expectAccessible,
}) => {
  test.setTimeout(240_000);
  const founded = await foundProgram();
  const of = { program: founded.name, merchant: MERCHANT };
  const tag = randomInt(1e6, 9e6);
  const file = cityFile(tag);
  const source = `Parkscheine ${tag}`;
  const main = page.getByRole("main");
  const payments = (importId: string) =>
    askAll<{ amount: Amount; state: string; capturedAt: string; zone: string | null }>(
      page,
      CONSOLE,
      "payments.list",
      { importId },
    );
  await signIn(OLIVIA);
  const imports = new ImportsPage(page);

  await imports.present(file, of);
  await expect(main.getByText("format_unknown")).toBeVisible();
  await page.getByRole("button", { name: "Map the columns" }).click();
  const dialog = dialogOf(page);
  await dialog.getByRole("textbox", { name: "Name of the source" }).fill(source);
  await set(page, "Id", "Vorgang");
  await set(page, "Time", "Datum");
  await set(page, "Time of day", "Uhrzeit");
  await set(page, "Order of the date", "Day, month, year");
  await set(page, "Amount", "Betrag");
  await set(page, "Decimal sign", "Comma: 1.250,00");
  await set(page, "Means of payment", "Zahlart");
  await set(page, "Device", "Automat");
  await set(page, "Place", "Parkzone");
  await set(page, "Refunds are marked in", "Art");
  await dialog.getByRole("checkbox", { name: "Storno" }).click();
  await set(page, "Refunds name their payment in", "Storno zu");
  const seen = dialog.getByRole("table", { name: "First lines of the file" }).locator("tbody tr");
  await expect(seen).toHaveCount(6);
  await expect(seen.nth(0)).toContainText(/1\s234\.50/);
  await expect(seen.nth(2)).toContainText("Free");
  await expect(seen.nth(3)).toContainText("Refund");
  await expect(seen.nth(5)).toContainText('Betrag "drei" is not an amount.');
  await expectAccessible(DIALOG);
  await dialog.getByRole("button", { name: "Save the mapping" }).click();
  await expect(dialog).toHaveCount(0);

  await page.getByRole("button", { name: "Dry run" }).click();
  const tried = main.getByRole("status").filter({ hasText: "Nothing was written" });
  await expect(tried).toContainText("Of 6 lines 2 would be taken");
  await expect(tried).toContainText("1 given back, 1 free, 0 known already, 2 refused");
  const before = await ask<{ items: { fileName: string }[] }>(page, CONSOLE, "imports.list", { limit: 50 });
  expect(before.items.map(({ fileName }) => fileName)).not.toContain(file.name);

  await page.getByRole("button", { name: "Import", exact: true }).click();
  await expect(page).toHaveURL(/\/imports\/imp\w*_[0-9a-z]{26}/);
  const first = page.url().split("/").at(-1) ?? "";
  await expectTaken(imports);
  const taken = await ask<ImportView>(page, CONSOLE, "imports.detail", { importId: first });
  expect(taken.rows).toMatchObject({ total: 6, accepted: 2, refund: 1, free: 1, duplicate: 0, refused: 2 });
  expect(microsOf(taken.acceptedAmount.amount)).toBe(TAKEN);
  expect(microsOf(taken.refundedAmount.amount)).toBe(GIVEN_BACK);
  await expect(main).toContainText(/1\s236\.90/);
  // The morning of a Pacific day, eight hours behind.
  expect((await payments(first)).map(({ capturedAt }) => capturedAt).sort()[0]).toBe(
    "2019-03-05T16:15:00.000Z",
  );

  await page.getByRole("button", { name: "Undo", exact: true }).click();
  await expect(dialog).toContainText(/1\s236\.90 USD/);
  await expectAccessible(DIALOG);
  await dialog.getByRole("textbox", { name: "Reason" }).fill("It was the file of another city.");
  await dialog.getByRole("button", { name: "Undo the import" }).click();
  await expect(main.getByText("This import was undone.")).toBeVisible();
  expect(new Set((await payments(first)).map(({ state }) => state))).toEqual(new Set(["refunded"]));

  await imports.present(file, of);
  await imports.choose("Columns", source);
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await expect(page).toHaveURL(/\/imports\/imp\w*_[0-9a-z]{26}/);
  const second = page.url().split("/").at(-1) ?? "";
  expect(second).not.toBe(first);
  await expectTaken(imports);
  const left = (await payments(second)).filter(({ state }) => state === "captured");
  expect(left.map(({ amount }) => amount.amount)).toEqual(["1234.50"]);
});

async function expectTaken(imports: ImportsPage): Promise<void> {
  await expect(imports.count("Taken")).toHaveText("2");
  await expect(imports.count("Known already")).toHaveText("0");
  await expect(imports.count("Refused")).toHaveText("2");
}
