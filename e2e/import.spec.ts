/** Transactions that others recorded: taken once, refused with reasons, and settled like every other payment. */
import { randomInt } from "node:crypto";
import { readFile } from "node:fs/promises";
import { parse } from "csv-parse/sync";
import { decimalOf, microsOf, sumOf } from "./amounts";
import { type Amount, ask, askAll } from "./api";
import { expect, test } from "./fixtures";
import { ImportsPage, type ImportView, renumbered, testFile } from "./pages/imports";
import { foundProgram } from "./stage/run-stage";

const OLIVIA = "olivia@harborcity.example";
const CONSOLE = "ops/harbor-city";

interface Closing {
  periodEnd: string;
  gross: Amount;
}

test("a city's parking rows are taken once, refused lines can be downloaded, and the run holds their sum", async ({
  page,
  signIn,
}) => {
  test.setTimeout(240_000);
  const founded = await foundProgram();
  const of = { program: founded.name, merchant: "Pike Street Meters" };
  const seattle = renumbered(await testFile("seattle-parking-sample.csv"));
  const rows = parse(seattle.bytes, { columns: true }) as { Amount: string }[];
  const sum = sumOf(rows.map(({ Amount: amount }) => microsOf(amount)));
  await signIn(OLIVIA);
  const imports = new ImportsPage(page);

  const first = await imports.bring(seattle, of);
  await expect(imports.count("Taken")).toHaveText(String(rows.length));
  await expect(imports.count("Refused")).toHaveText("0");
  const taken = await ask<ImportView>(page, CONSOLE, "imports.detail", { importId: first });
  expect(taken.rows).toMatchObject({ total: rows.length, accepted: rows.length, duplicate: 0, refused: 0 });
  expect(microsOf(taken.acceptedAmount.amount)).toBe(sum);
  await expect(page.getByRole("main")).toContainText(decimalOf(sum));

  await imports.bring(seattle, of);
  await expect(imports.count("Taken")).toHaveText("0");
  await expect(imports.count("Known already")).toHaveText(String(rows.length));

  await imports.bring(renumbered(await testFile("odd-lines.csv")), of);
  await expect(imports.count("Taken")).toHaveText("1");
  await expect(imports.count("Refused")).toHaveText("4");
  await expect(imports.lines).toHaveCount(4);
  await expect(imports.lines.first()).toContainText("Refused");
  const download = await imports.downloadRefused();
  const refused = await readFile(await download.path(), "utf8");
  for (const id of ["900000001", "900000002", "900000003", "900000004"]) expect(refused).toContain(id);
  expect(refused).not.toContain("900000005");
  for (const reason of ["amount_negative", "amount_malformed", "time_in_future", "time_is_epoch"])
    expect(refused).toContain(reason);

  // They are split like payments of devices. What is older than the program settles with the first period that is
  // still open; the payments of devices belong to their own period and count as soon as that one is reached.
  await expect
    .poll(
      async () => {
        const ofProgram = { programId: founded.programId };
        const runs = await askAll<Closing>(page, CONSOLE, "runs.list", ofProgram);
        const next = await ask<Closing>(page, CONSOLE, "runs.next", ofProgram);
        const reached = next.periodEnd >= founded.periodEnd ? sumOf(founded.amounts.map(microsOf)) : 0n;
        return sumOf([...runs, next].map(({ gross }) => microsOf(gross.amount))) - reached;
      },
      { timeout: 60_000 },
    )
    .toBe(sum + microsOf("2.40"));
});

test("a charge detail record is taken with its odd place flagged, and only once", async ({
  page,
  signIn,
}) => {
  const of = { program: "Harbor City Mobility", merchant: "Voltway Charging" };
  // An id of its own, so that a stack that stays up takes it again.
  const { name, bytes } = await testFile("cdr_example.json");
  const text = bytes.toString().replace('"12345"', `"${randomInt(1e9)}"`);
  const record = { name, bytes: Buffer.from(text) };
  await signIn(OLIVIA);
  const imports = new ImportsPage(page);
  const importId = await imports.bring(record, of);
  await expect(imports.count("Taken")).toHaveText("1");
  await expect(imports.count("Something odd")).toHaveText("1");
  const taken = await ask<ImportView>(page, CONSOLE, "imports.detail", { importId });
  expect(taken.acceptedAmount).toEqual({ amount: "4.40", currency: "EUR" });

  const { items } = await ask<{ items: { id: string }[] }>(page, CONSOLE, "payments.list", {
    importId,
    limit: 10,
  });
  expect(items).toHaveLength(1);

  await imports.bring(record, of);
  await expect(imports.count("Taken")).toHaveText("0");
  await expect(imports.count("Known already")).toHaveText("1");

  await page.goto(`/ops/payments/${items[0]?.id}`);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("4.40");
  await expect(page.getByText("Kept as it came, though something is odd")).toBeVisible();
});

test("a file that is neither is refused with a code, and nothing is kept of it as payments", async ({
  page,
  signIn,
}) => {
  await signIn(OLIVIA);
  const imports = new ImportsPage(page);
  await imports.fill(
    { name: "notes.csv", bytes: Buffer.from("a,b\n1,2\n") },
    { program: "Harbor City Mobility", merchant: "Voltway Charging" },
  );
  const said = page.getByRole("main").getByText(/columns_missing|format_unknown/);
  await expect(said.first()).toBeVisible();
});
