/** Transactions that others recorded: taken once, refused with reasons, and settled like every other payment. */
import { randomInt } from "node:crypto";
import { parse } from "csv-parse/sync";
import { microsOf, sumOf } from "./amounts";
import { type Amount, ask } from "./api";
import { expect, test } from "./fixtures";
import { testFile, upload } from "./pages/imports";
import { foundProgram } from "./stage/run-stage";

const OLIVIA = "olivia@harborcity.example";
const CONSOLE = "ops/harbor-city";

interface Program {
  id: string;
  slug: string;
  parties: { id: string; slug: string }[];
}

test("a city's parking rows are taken once, refused lines can be downloaded, and the run holds their sum", async ({
  page,
  signIn,
}) => {
  test.setTimeout(240_000);
  const founded = await foundProgram();
  await signIn(OLIVIA);
  await page.goto("/ops");
  const program = await ask<Program>(page, CONSOLE, "programs.get", { slug: founded.slug });
  const merchantId = program.parties.find(({ slug }) => slug === "pike-meters")?.id ?? "";
  const target = { programId: founded.programId, merchantId };
  const bytes = await testFile("seattle-parking-sample.csv");
  const rows = parse(bytes, { columns: true }) as { Amount: string }[];
  const sum = sumOf(rows.map(({ Amount: amount }) => microsOf(amount)));

  const first = await upload(page, { ...target, name: "seattle-parking-sample.csv", bytes });
  expect(first.rows).toMatchObject({ total: rows.length, accepted: rows.length, duplicate: 0, refused: 0 });
  expect(microsOf(first.acceptedAmount.amount)).toBe(sum);

  const again = await upload(page, { ...target, name: "seattle-parking-sample.csv", bytes });
  expect(again.rows).toMatchObject({ accepted: 0, duplicate: rows.length, refused: 0 });
  expect(microsOf(again.acceptedAmount.amount)).toBe(0n);

  const odd = await upload(page, {
    ...target,
    name: "odd-lines.csv",
    bytes: await testFile("odd-lines.csv"),
  });
  expect(odd.rows).toMatchObject({ total: 5, accepted: 1, refused: 4 });
  const download = await page.request.get(`/api/imports/harbor-city/${odd.id}/refused`);
  expect(download.status()).toBe(200);
  expect(download.headers()["content-disposition"]).toContain("attachment");
  const refused = await download.text();
  for (const id of ["900000001", "900000002", "900000003", "900000004"]) expect(refused).toContain(id);
  expect(refused).not.toContain("900000005");
  for (const reason of ["amount_negative", "amount_malformed", "time_in_future", "time_is_epoch"])
    expect(refused).toContain(reason);

  // They are split like payments of devices, and the next closing holds all of them.
  const whole = sumOf(founded.amounts.map(microsOf)) + sum + microsOf("2.40");
  await expect
    .poll(
      async () => {
        const next = await ask<{ gross: Amount }>(page, CONSOLE, "runs.next", {
          programId: founded.programId,
        });
        return microsOf(next.gross.amount);
      },
      { timeout: 60_000 },
    )
    .toBe(whole);
});

test("a charge detail record is taken with its odd place flagged, and only once", async ({
  page,
  signIn,
}) => {
  await signIn(OLIVIA);
  await page.goto("/ops");
  const program = await ask<Program>(page, CONSOLE, "programs.get", { slug: "harbor-city-mobility" });
  const merchantId = program.parties.find(({ slug }) => slug === "voltway")?.id ?? "";
  // An id of its own, so that a stack that stays up takes it again.
  const text = (await testFile("cdr_example.json")).toString().replace('"12345"', `"${randomInt(1e9)}"`);
  const file = { programId: program.id, merchantId, name: "cdr_example.json", bytes: Buffer.from(text) };
  const first = await upload(page, file);
  expect(first.rows).toMatchObject({ total: 1, accepted: 1, duplicate: 0, refused: 0, flagged: 1 });
  expect(first.acceptedAmount).toEqual({ amount: "4.40", currency: "EUR" });
  const again = await upload(page, file);
  expect(again.rows).toMatchObject({ accepted: 0, duplicate: 1 });
  const { items } = await ask<{ items: { id: string }[] }>(page, CONSOLE, "payments.list", {
    importId: first.id,
    limit: 10,
  });
  expect(items).toHaveLength(1);
  await page.goto(`/ops/payments/${items[0]?.id}`);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("4.40");
  await expect(page.getByText("Kept as it came, though something is odd")).toBeVisible();
});
