import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closePool, withScope } from "@/server/platform/db";
import { newId } from "@/server/platform/ids";
import { mintSystemScope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
import { createGroupCommit } from "./group-commit";
import { ensureAccounts, getAccounts, verifyLedgerAtOnce } from "./service";
import type { NewTransfer } from "./types";

useTestDatabase();
const system = mintSystemScope("test");
let bank = "";
let wallet = "";

const topUp = (amountMicros = 1n): NewTransfer => ({
  id: newId("transfer"),
  debitAccountId: bank,
  creditAccountId: wallet,
  amountMicros,
  code: "top_up",
});

beforeAll(async () => {
  [bank, wallet] = (await withScope(system, (tx) =>
    ensureAccounts(tx, [
      { code: "bank", currency: "EUR", ownerRef: "platform" },
      { code: "wallet", currency: "EUR", ownerRef: "hot" },
    ]),
  )) as [string, string];
});
afterAll(closePool);

describe("group commit", () => {
  it("answers each of many callers for its own transfers, in few calls, and loses none", async () => {
    const line = createGroupCommit();
    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, n) => line.post([topUp(BigInt(n + 1))])),
    );
    expect(answers.every((answer) => answer.ok && answer.results[0] === "created")).toBe(true);
    const [account] = await withScope(system, (tx) => getAccounts(tx, [wallet]));
    expect(account?.creditsPosted).toBe(BigInt((300 * 301) / 2));
    expect((await withScope(system, (tx) => verifyLedgerAtOnce(tx))).result.ok).toBe(true);
  });

  it("keeps one caller's refusal and one caller's malformed id from the others", async () => {
    const line = createGroupCommit();
    const good = line.post([topUp()]);
    const refused = line.post([{ ...topUp(10n ** 15n), debitAccountId: wallet, creditAccountId: bank }]);
    const malformed = line.post([{ ...topUp(), id: "no uuid" }]);
    const last = line.post([topUp()]);
    expect(await good).toEqual({ ok: true, results: ["created"] });
    expect(await refused).toEqual({ ok: true, results: ["exceeds_credits"] });
    await expect(malformed).rejects.toThrow(/UUID/);
    expect(await last).toEqual({ ok: true, results: ["created"] });
  });

  it("posts an id once when two callers of the same moment send it", async () => {
    const line = createGroupCommit();
    const transfer = topUp();
    const answers = await Promise.all([line.post([transfer]), line.post([transfer])]);
    expect(answers).toEqual([
      { ok: true, results: ["created"] },
      { ok: true, results: ["exists"] },
    ]);
  });

  it("refuses newcomers when the line is full and those who waited too long, and posts nothing of theirs", async () => {
    let release = () => {};
    const sent: string[] = [];
    const line = createGroupCommit({
      maxQueued: 2,
      maxWaitMs: 20,
      send: async (events) => {
        sent.push(...events.map((event) => event.id));
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        return events.map(() => "created");
      },
    });
    const first = topUp();
    const under = line.post([first]);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const waits = [line.post([topUp()]), line.post([topUp()])];
    expect(await line.post([topUp()])).toEqual({ ok: false, reason: "ledger_busy", retryAfterSeconds: 1 });
    await new Promise((resolve) => setTimeout(resolve, 40));
    release();
    expect(await under).toEqual({ ok: true, results: ["created"] });
    expect(await Promise.all(waits)).toEqual([
      { ok: false, reason: "ledger_busy", retryAfterSeconds: 1 },
      { ok: false, reason: "ledger_busy", retryAfterSeconds: 1 },
    ]);
    expect(sent).toEqual([first.id]);
    await line.drain();
  });
});
