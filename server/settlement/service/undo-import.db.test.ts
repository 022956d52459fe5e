import { beforeAll, describe, expect, test } from "vitest";
import type { ImportSummary } from "@/server/payments/import/types";
import { importFile } from "@/server/payments/service/import-file";
import { refundPayment } from "@/server/payments/service/refund-payment";
import { continueUndos, undoImport } from "@/server/payments/service/undo-import";
import { withClock } from "@/server/platform/clock";
import { withOwner, withScope } from "@/server/platform/db";
import { fromPublicId, type Id } from "@/server/platform/ids";
import { parseMicros } from "@/server/platform/money";
import { mintSystemScope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
import type { ImportSharesView } from "../schema";
import { bringIntoForce, type City, clearingBalance, confirmAs, createCity, termsFor } from "../testing";
import { allocatePending } from "./allocate-pending";
import { closePeriod } from "./close-period";
import { proposeUndo, readImportShares } from "./propose-undo";
import { listWaitingFor } from "./read-waiting";

useTestDatabase();
const system = mintSystemScope("test");
const beginning = new Date("2026-01-01T00:00:00Z");
const within = new Date("2026-06-01T12:00:00Z");
const endOfPeriod = new Date("2026-06-01T20:00:00Z");

let city: City;
beforeAll(async () => {
  city = await withClock(beginning, () => createCity());
  await withClock(beginning, () => bringIntoForce(city, termsFor(city)));
});

const cdrs = (prefix: string, count: number, over: Record<string, unknown> = {}) =>
  JSON.stringify(
    Array.from({ length: count }, (_, n) => ({
      country_code: "NO",
      party_id: "VLT",
      id: `${prefix}-${n}`,
      start_date_time: "2026-06-01T10:00:00Z",
      end_date_time: "2026-06-01T11:00:00Z",
      currency: "EUR",
      total_cost: { excl_vat: 8, incl_vat: 10 },
      ...over,
    })),
  );

async function bring(content: string): Promise<ImportSummary> {
  async function* stream() {
    yield Buffer.from(content);
  }
  const result = await withClock(within, () =>
    importFile(city.creator, {
      programId: city.programId,
      merchantId: city.merchants[0]?.id ?? city.operatorId,
      format: "auto",
      fileName: "cdrs.json",
      stream: stream(),
    }),
  );
  if (!result.ok) throw new Error(result.message);
  return result.import;
}

const undo = (importId: ImportSummary["id"]) =>
  withClock(new Date(+within + 60_000), () =>
    undoImport(city.creator, { importId, reason: "It was the wrong file." }),
  );

/** What every party is owed in the program, and what waits in clearing. */
async function balances(): Promise<Record<string, bigint>> {
  const { rows } = await withScope(system, (tx) =>
    tx.query<{ code: string; sum: bigint }>(
      `select code, sum(credits_posted - debits_posted)::bigint as sum from ledger.account where program_ref = $1 group by code`,
      [city.programId],
    ),
  );
  return Object.fromEntries(rows.map(({ code, sum }) => [code, sum]));
}

describe("undoing an import", () => {
  test("gives every cent back through the ledger, split or not, and frees the records to come again", async () => {
    const before = await balances();
    const done = await bring(cdrs("a", 700));
    await withClock(within, () => allocatePending(city.programId, 300));
    const result = await undo(done.id);
    expect(result).toMatchObject({ ok: true, import: { undoneMicros: 7_000_000_000n } });
    await withClock(new Date(+within + 120_000), () => allocatePending(city.programId));
    expect(await clearingBalance(city)).toBe(0n);
    const after = await balances();
    for (const [code, sum] of Object.entries(after)) expect([code, sum]).toEqual([code, before[code] ?? 0n]);
    expect(await undo(done.id)).toEqual({ ok: false, reason: "import_undone" });

    const again = await bring(cdrs("a", 700));
    expect(again).toMatchObject({ rowsAccepted: 700, rowsDuplicate: 0, acceptedMicros: 7_000_000_000n });
    expect(await bring(cdrs("a", 700))).toMatchObject({ rowsAccepted: 0, rowsDuplicate: 700 });
  });

  test("that was cut off is carried on by the worker", async () => {
    const done = await bring(cdrs("b", 600));
    const last = await lastPaymentOf(done.id);
    await withOwner((client) =>
      client.query(
        `create function cut_off() returns trigger language plpgsql as $$ begin raise exception 'cut off'; end $$;
         create trigger cut_off before insert on refund for each row
           when (new.payment_id = '${last}') execute function cut_off()`,
      ),
    );
    await expect(undo(done.id)).rejects.toThrow("cut off");
    await withOwner((client) => client.query("drop function cut_off cascade"));
    expect(await undoneOf(done.id)).toBe(5_000_000_000n);
    await withClock(within, () => continueUndos());
    expect(await undoneOf(done.id)).toBe(6_000_000_000n);
    expect(await undo(done.id)).toEqual({ ok: false, reason: "import_undone" });
  });

  test("takes the credits of the same file with it, and leaves alone what gave back payments of another", async () => {
    const first = await bring(cdrs("c", 2));
    const credit = { credit: true, credit_reference_id: "c-1" };
    const second = await bring(cdrs("c-C", 1, credit));
    expect(second.rowsRefunds).toBe(1);
    expect(await undo(second.id)).toEqual({ ok: false, reason: "import_has_refunds" });
    expect(await undo(first.id)).toMatchObject({ ok: true, import: { undoneMicros: 10_000_000n } });
    expect(await bring(cdrs("c", 2))).toMatchObject({ rowsAccepted: 2 });
    expect(await bring(cdrs("c-C", 1, credit))).toMatchObject({ rowsRefunds: 1, rowsDuplicate: 0 });
  });

  test("of which something is settled takes a second person, and every party gives back its share", async () => {
    const done = await bring(cdrs("d", 1));
    await withClock(within, () => allocatePending(city.programId));
    const closed = await withClock(new Date(+endOfPeriod + 60_000), () =>
      closePeriod(city.creator, city.programId, endOfPeriod),
    );
    expect(closed.ok).toBe(true);
    expect(await undo(done.id)).toEqual({ ok: false, reason: "import_settled" });
    expect(await bring(cdrs("d", 1))).toMatchObject({ rowsDuplicate: 1 });
    const before = await balances();
    expect(await propose(done.id)).toMatchObject({ ok: true });
    expect(await propose(done.id)).toEqual({ ok: false, reason: "proposal_waits" });
    const waiting = (await listWaitingFor(city.approver)).find(({ action }) => action === "import.undo");
    expect(waiting).toMatchObject({
      amount: { amount: "10.00" },
      import: { fileName: "cdrs.json" },
      fault: null,
    });
    const shares = await readImportShares(city.creator, done.id);
    expect(sumOf(shares)).toBe(10_000_000n);
    const confirmationId = fromPublicId("confirmation", waiting?.id ?? "") ?? "";
    expect(await confirmAs(city.creator, confirmationId)).toEqual({ ok: false, reason: "same_person" });
    expect(await balances()).toEqual(before);
    expect(await confirmAs(city.approver, confirmationId)).toEqual({ ok: true });
    await continueUndos();
    await allocatePending(city.programId);
    expect(await undoneOf(done.id)).toBe(10_000_000n);
    // What the parties were owed for it is owed no more, whoever had it.
    expect(sumOf(await readImportShares(city.creator, done.id))).toBe(0n);
    expect(await clearingBalance(city)).toBe(0n);
    expect(await bring(cdrs("d", 1))).toMatchObject({ rowsAccepted: 1, rowsDuplicate: 0 });
    expect(await propose(done.id)).toEqual({ ok: false, reason: "import_undone" });
  });

  test("is proposed only where it cannot be done at once, and is void when something changed since", async () => {
    const fresh = await bring(cdrs("e", 1));
    expect(await propose(fresh.id)).toEqual({ ok: false, reason: "import_not_settled" });
    const later = new Date(+endOfPeriod + 24 * 3_600_000);
    await withClock(within, () => allocatePending(city.programId));
    const closed = await withClock(new Date(+later + 60_000), () =>
      closePeriod(city.creator, city.programId, later),
    );
    expect(closed.ok).toBe(true);
    expect(await propose(fresh.id)).toMatchObject({ ok: true });
    const waiting = (await listWaitingFor(city.approver)).find(({ action }) => action === "import.undo");
    const paymentId = (await lastPaymentOf(fresh.id)) as Id<"payment">;
    await refundPayment(mintSystemScope("test"), {
      paymentId,
      amountMicros: 1_000_000n,
      reason: "One of it",
    });
    const confirmationId = fromPublicId("confirmation", waiting?.id ?? "") ?? "";
    expect(await confirmAs(city.approver, confirmationId)).toEqual({ ok: false, reason: "import_changed" });
  });
});

const propose = (importId: ImportSummary["id"]) =>
  proposeUndo(city.creator, { importId, reason: "It was the wrong file." });

const sumOf = (shares: ImportSharesView) =>
  shares.reduce((sum, { amount }) => sum + parseMicros(amount.amount), 0n);

async function lastPaymentOf(importId: string): Promise<string | undefined> {
  const { rows } = await withScope(system, (tx) =>
    tx.query<{ id: string }>("select id from payment where import_id = $1 order by id desc limit 1", [
      importId,
    ]),
  );
  return rows[0]?.id;
}

async function undoneOf(importId: string): Promise<bigint | undefined> {
  const { rows } = await withScope(system, (tx) =>
    tx.query<{ undone_micros: bigint }>("select undone_micros from import_batch where id = $1", [importId]),
  );
  return rows[0]?.undone_micros;
}
