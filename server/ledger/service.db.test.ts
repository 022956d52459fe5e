import { describe, expect, it } from "vitest";
import { withOwner, withScope } from "@/server/platform/db";
import { newId } from "@/server/platform/ids";
import { mintSystemScope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
import type { LedgerRefusal } from "./errors";
import {
  accountIdFor,
  balancesAt,
  ensureAccounts,
  getAccounts,
  listAccounts,
  listAccountTransfers,
  listTransfers,
  postJournal,
  postTransfers,
} from "./service";
import type { AccountSpec } from "./types";

const database = useTestDatabase();
const system = mintSystemScope("test");
const wallet = (ownerRef: string): AccountSpec => ({ code: "wallet", currency: "EUR", ownerRef });
const clearing: AccountSpec = { code: "clearing", currency: "EUR", ownerRef: "program" };
const bank: AccountSpec = { code: "bank", currency: "EUR", ownerRef: "platform" };

describe("the ledger's service", () => {
  it("creates an account once, whoever asks, under the id that follows from its key", async () => {
    const first = await withScope(system, (tx) => ensureAccounts(tx, [wallet("once"), clearing]));
    const again = await withScope(system, (tx) => ensureAccounts(tx, [wallet("once"), clearing]));
    expect(again).toEqual(first);
    expect(first[0]).toBe(accountIdFor(wallet("once")));
  });

  it("posts a journal as a whole, answers a retry with exists, and refuses a wallet that has too little", async () => {
    await withScope(system, async (tx) => {
      const [w, c, b] = (await ensureAccounts(tx, [wallet("whole"), clearing, bank])) as [
        string,
        string,
        string,
      ];
      const topUp = {
        id: newId("transfer"),
        debitAccountId: b,
        creditAccountId: w,
        amountMicros: 5_000_000n,
        code: "top_up",
      } as const;
      expect(await postTransfers(tx, [topUp])).toEqual(["created"]);
      const journalId = newId("journal");
      const legs = [3_000_000n, 1_000_000n].map((amountMicros) => ({
        id: newId("transfer"),
        debitAccountId: w,
        creditAccountId: c,
        amountMicros,
        code: "capture" as const,
        journalId,
      }));
      expect(await postJournal(tx, legs)).toBe("created");
      expect(await postJournal(tx, legs)).toBe("exists");
      await expect(
        postJournal(tx, [
          { id: newId("transfer"), debitAccountId: b, creditAccountId: c, amountMicros: 1n, code: "capture" },
          {
            id: newId("transfer"),
            debitAccountId: w,
            creditAccountId: c,
            amountMicros: 2_000_000n,
            code: "capture",
          },
        ]),
      ).rejects.toMatchObject({ code: "exceeds_credits", index: 1 } satisfies Partial<LedgerRefusal>);
      const [account] = await getAccounts(tx, [w]);
      expect(account).toMatchObject({ debitsPosted: 4_000_000n, creditsPosted: 5_000_000n });
      expect((await listTransfers(tx, { journalId })).rows.map((row) => row.amountMicros)).toEqual([
        3_000_000n,
        1_000_000n,
      ]);
      const page = await listAccountTransfers(tx, w, { limit: 2 });
      expect(page.rows.map((row) => row.amountMicros)).toEqual([1_000_000n, 3_000_000n]);
      const rest = await listAccountTransfers(tx, w, { limit: 2, cursor: page.nextCursor });
      expect(rest).toMatchObject({ nextCursor: null, rows: [{ id: topUp.id, code: "top_up" }] });
    });
  });

  it("holds, posts in part and releases the rest", async () => {
    await withScope(system, async (tx) => {
      const [w, c, b] = (await ensureAccounts(tx, [wallet("hold"), clearing, bank])) as [
        string,
        string,
        string,
      ];
      const hold = newId("transfer");
      const results = await postTransfers(tx, [
        { id: newId("transfer"), debitAccountId: b, creditAccountId: w, amountMicros: 10n, code: "top_up" },
        {
          id: hold,
          kind: "pending",
          debitAccountId: w,
          creditAccountId: c,
          amountMicros: 8n,
          code: "hold",
          timeoutSeconds: 60,
        },
        { id: newId("transfer"), debitAccountId: w, creditAccountId: c, amountMicros: 3n, code: "capture" },
      ]);
      expect(results).toEqual(["created", "created", "exceeds_credits"]);
      expect(
        await postTransfers(tx, [
          { id: newId("transfer"), kind: "post_pending", pendingId: hold, amountMicros: 5n },
        ]),
      ).toEqual(["created"]);
      expect(
        await postTransfers(tx, [{ id: newId("transfer"), kind: "void_pending", pendingId: hold }]),
      ).toEqual(["pending_transfer_already_posted"]);
      expect((await getAccounts(tx, [w]))[0]).toMatchObject({
        debitsPending: 0n,
        debitsPosted: 5n,
        creditsPosted: 10n,
      });
      expect((await listTransfers(tx, { ids: [hold] })).rows[0]?.state).toBe("posted");
    });
  });

  it("knows balances of the past", async () => {
    await withScope(system, async (tx) => {
      const [w, b] = (await ensureAccounts(tx, [wallet("past"), bank])) as [string, string];
      const before =
        (await tx.query<{ now: Date }>("select clock_timestamp() - interval '1 second' as now")).rows[0]
          ?.now ?? new Date(0);
      const at = new Date("2026-01-10T12:00:00Z");
      for (const amountMicros of [1n, 2n]) {
        await postTransfers(tx, [
          {
            id: newId("transfer"),
            debitAccountId: b,
            creditAccountId: w,
            amountMicros,
            code: "top_up",
            effectiveAt: amountMicros === 1n ? at : new Date("2026-02-01T00:00:00Z"),
          },
        ]);
      }
      expect((await balancesAt(tx, [w], before)).get(w)?.creditsPosted).toBe(0n);
      expect((await balancesAt(tx, [w], at, "effective")).get(w)?.creditsPosted).toBe(1n);
      expect(
        (await balancesAt(tx, [w], new Date("2027-01-01T00:00:00Z"), "effective")).get(w)?.creditsPosted,
      ).toBe(3n);
    });
  });

  it("pages through accounts by key", async () => {
    await withScope(system, async (tx) => {
      await ensureAccounts(
        tx,
        ["a", "b", "c"].map((ownerRef) => ({ code: "reserve", currency: "SEK", ownerRef })),
      );
      const first = await listAccounts(tx, { currency: "SEK" }, { limit: 2 });
      const second = await listAccounts(tx, { currency: "SEK" }, { limit: 2, cursor: first.nextCursor });
      expect([...first.rows, ...second.rows].map((row) => row.ownerRef).sort()).toEqual(["a", "b", "c"]);
      expect(second.nextCursor).toBeNull();
    });
  });

  it("lets the application read and call but write no row, and refuses even the owner an update or a delete", async () => {
    for (const statement of [
      "insert into ledger.failed_id values (gen_random_uuid(), now())",
      "update ledger.account set debits_posted = 0",
      "delete from ledger.transfer",
      "select ledger.is_transient('x')",
    ]) {
      await expect(withScope(system, (tx) => tx.query(statement))).rejects.toThrow(/permission denied/);
    }
    await withOwner(async (owner) => {
      for (const statement of [
        "update ledger.transfer set amount = 1",
        "delete from ledger.transfer",
        "truncate ledger.transfer",
        "delete from ledger.account",
        "update ledger.account set currency = 'USD'",
        "set session_replication_role = replica; delete from ledger.transfer",
      ]) {
        await expect(owner.query(statement)).rejects.toThrow(/append-only/);
      }
    }, database.url());
  });
});
