import { beforeAll, describe, expect, test, vi } from "vitest";
import { createOrganisation, createUser } from "@/server/identity/service";
import { withOwner, withScope } from "@/server/platform/db";
import { newId, toPublicId } from "@/server/platform/ids";
import { mintPortalScope, mintSystemScope, type OperatorScope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
import { findInLedger } from "./find-in-ledger";
import { readProof, startProof } from "./run-proof";
import { ensureAccounts, postTransfers, sealNextBlock } from "./service";
import { readTrialBalance } from "./trial-balance";

useTestDatabase();
const system = mintSystemScope("test");
const noon = new Date("2026-06-01T12:00:00Z");
const program = newId("program");
const payment = newId("payment");
const captured = newId("transfer");
let operator: OperatorScope;
let clearing = "";

beforeAll(async () => {
  const organisation = await createOrganisation(system, { kind: "operator", slug: "city", name: "City" });
  const user = await createUser(system, {
    email: "o@example.org",
    name: "Olivia",
    password: "correct horse",
  });
  operator = mintPortalScope("operator", organisation.id, { kind: "user", id: user.id });
  await withScope(system, async (tx) => {
    const spec = { currency: "EUR", programRef: program };
    const [receivable = "", clear = "", payable = ""] = await ensureAccounts(tx, [
      { ...spec, code: "acquirer_receivable", ownerRef: program },
      { ...spec, code: "clearing", ownerRef: program },
      { ...spec, code: "party_payable", ownerRef: `${program}:${organisation.id}` },
    ]);
    clearing = clear;
    const results = await postTransfers(tx, [
      {
        id: captured,
        debitAccountId: receivable,
        creditAccountId: clear,
        amountMicros: 10_000_000n,
        code: "capture",
        journalId: payment,
        effectiveAt: noon,
      },
      {
        id: newId("transfer"),
        debitAccountId: clear,
        creditAccountId: payable,
        amountMicros: 4_000_001n,
        code: "allocation",
        effectiveAt: new Date(+noon + 3_600_000),
      },
    ]);
    expect(results).toEqual(["created", "created"]);
  });
});

describe("the trial balance", () => {
  const rowsAt = async (at: Date | null, by: "recorded" | "effective" = "effective") => {
    const balance = await withScope(system, (tx) => readTrialBalance(tx, "EUR", at, by));
    expect(balance.balanced).toBe(true);
    expect(balance.totals.debitBalance).toEqual(balance.totals.creditBalance);
    return balance.rows.map((row) => [row.code, row.debitBalance.amount, row.creditBalance.amount]);
  };

  test("of now holds every posted micro-unit on its side", async () => {
    expect(await rowsAt(null)).toEqual([
      ["acquirer_receivable", "10.00", "0.00"],
      ["clearing", "0.00", "5.999999"],
      ["party_payable", "0.00", "4.000001"],
    ]);
  });

  test("of a past moment by business time knows nothing of what was effective later", async () => {
    expect(await rowsAt(new Date(+noon + 60_000))).toEqual([
      ["acquirer_receivable", "10.00", "0.00"],
      ["clearing", "0.00", "10.00"],
    ]);
    expect(await rowsAt(new Date(+noon - 60_000))).toEqual([]);
  });

  test("of the same moment by ledger time is empty, because nothing was recorded by then", async () => {
    expect(await rowsAt(noon, "recorded")).toEqual([]);
  });
});

test("an id leads to the account, the transfer, or the journal of a payment; another leads nowhere", async () => {
  const find = (text: string) => withScope(system, (tx) => findInLedger(tx, text));
  expect(await find(toPublicId("account", clearing))).toMatchObject({ kind: "account" });
  expect(await find(captured)).toEqual({ kind: "transfer", id: toPublicId("transfer", captured) });
  expect(await find(toPublicId("payment", payment))).toEqual({
    kind: "journal",
    id: toPublicId("journal", payment),
  });
  expect(await find(toPublicId("transfer", newId("transfer")))).toBeNull();
  expect(await find("nonsense")).toBeNull();
});

describe("a proof that the console starts", () => {
  const finished = async () => {
    expect(startProof(operator)).toBe(true);
    expect(startProof(operator)).toBe(false);
    return await vi.waitFor(
      async () => {
        const proof = await readProof(operator);
        expect(proof.running).toBeNull();
        return proof;
      },
      { timeout: 10_000 },
    );
  };

  test("is kept with who ran it, and finds a row that somebody altered", async () => {
    for (let round = 0; round < 3; round++) await withScope(system, (tx) => sealNextBlock(tx));
    const clean = await finished();
    expect(clean.last).toMatchObject({ by: "Olivia", result: { ok: true, transfers: 2, accounts: 3 } });
    await withOwner(async (client) => {
      await client.query("alter table ledger.transfer disable trigger user");
      await client.query("update ledger.transfer set amount = amount + 1 where id = $1", [captured]);
      await client.query("alter table ledger.transfer enable always trigger transfer_append_only");
    });
    const altered = await finished();
    expect(altered.last?.result.ok).toBe(false);
    expect(altered.last?.findings.map(({ message }) => message).join("\n")).toContain(captured);
  });
});
