import { beforeAll, describe, expect, test } from "vitest";
import { createCallerFactory, router } from "@/server/identity/procedures";
import {
  addMembership,
  addPartyToProgram,
  createOrganisation,
  createProgram,
  createUser,
  findAccess,
  resolveSession,
} from "@/server/identity/service";
import { openSession } from "@/server/identity/service/sign-in";
import { withScope } from "@/server/platform/db";
import { newId, toPublicId } from "@/server/platform/ids";
import { parseMicros } from "@/server/platform/money";
import { mintSystemScope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
import { operatorLedgerRouter } from "./router";
import { ensureAccounts, postTransfers } from "./service";

useTestDatabase();
const system = mintSystemScope("test");
const root = router({ ledger: operatorLedgerRouter });

const callAs = createCallerFactory(root);
let caller: ReturnType<typeof callAs>;
let programId = "";
let journal = "";

beforeAll(async () => {
  const operator = await createOrganisation(system, {
    kind: "operator",
    slug: "harbor-city",
    name: "Harbor City",
  });
  const merchant = await createOrganisation(system, { kind: "merchant", slug: "voltway", name: "Voltway" });
  const program = await createProgram(system, {
    slug: "mobility",
    name: "Mobility",
    currency: "EUR",
    timeZone: "Europe/Oslo",
    calendar: { every: "day", cutOff: "22:00", payoutDelayBusinessDays: 1 },
    operatorId: operator.id,
  });
  programId = program.id;
  await addPartyToProgram(system, { programId: program.id, organisationId: merchant.id });
  const user = await createUser(system, {
    email: "o@example.org",
    name: "Olivia",
    password: "correct horse",
  });
  await addMembership(system, { userId: user.id, organisationId: operator.id, role: "auditor" });
  const sessionId = await openSession(user.id, { ip: null, userAgent: null });
  caller = callAs({
    requestId: "req_test",
    organisationSlug: "harbor-city",
    session: () => resolveSession(sessionId),
    access: () => findAccess(user.id, "harbor-city"),
    ip: null,
    userAgent: null,
  });
  journal = newId("journal");
  await withScope(system, async (tx) => {
    const programRef = program.id;
    const spec = { currency: "EUR", programRef };
    const [receivable = "", clearing = "", payable = "", wallet = ""] = await ensureAccounts(tx, [
      { ...spec, code: "acquirer_receivable", ownerRef: program.id },
      { ...spec, code: "clearing", ownerRef: program.id },
      { ...spec, code: "party_payable", ownerRef: `${program.id}:${merchant.id}` },
      { ...spec, code: "wallet", ownerRef: newId("instrument") },
    ]);
    const done = await postTransfers(tx, [
      {
        id: newId("transfer"),
        debitAccountId: receivable,
        creditAccountId: clearing,
        amountMicros: 10_000_000n,
        code: "capture",
      },
      {
        id: newId("transfer"),
        debitAccountId: clearing,
        creditAccountId: payable,
        amountMicros: 7_500_001n,
        code: "allocation",
        journalId: journal,
      },
      {
        id: newId("transfer"),
        debitAccountId: receivable,
        creditAccountId: wallet,
        amountMicros: 5_000_000n,
        code: "top_up",
      },
      {
        id: newId("transfer"),
        kind: "pending",
        debitAccountId: wallet,
        creditAccountId: clearing,
        amountMicros: 2_000_000n,
        code: "hold",
      },
    ]);
    expect(done).toEqual(["created", "created", "created", "created"]);
  });
});

describe("the ledger over tRPC", () => {
  test("accounts are named by their owners and counted on their own side, to the last micro-unit", async () => {
    const { items } = await caller.ledger.accounts({ programId: toPublicId("program", programId) });
    const seen = Object.fromEntries(
      items.map((item) => [item.code, [item.owner, item.balance.amount, item.held.amount]]),
    );
    expect(seen).toMatchObject({
      acquirer_receivable: ["Mobility", "15.00", "0.00"],
      clearing: ["Mobility", "2.499999", "0.00"],
      party_payable: ["Voltway · Mobility", "7.500001", "0.00"],
    });
    const wallet = items.find((item) => item.code === "wallet");
    expect(wallet?.owner).toMatch(/^inst_/);
    expect([wallet?.balance.amount, wallet?.held.amount, wallet?.mayGoNegative]).toEqual([
      "5.00",
      "2.00",
      false,
    ]);
  });

  test("paging by key walks every account once", async () => {
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof caller.ledger.accounts>> = await caller.ledger.accounts({
        limit: 1,
        cursor,
      });
      ids.push(...page.items.map((item) => item.id));
      cursor = page.nextCursor;
    } while (cursor);
    expect(new Set(ids).size).toBe(4);
    expect(ids).toHaveLength(4);
  });

  test("an account's history shows the balance after each transfer", async () => {
    const { items } = await caller.ledger.accounts({ code: "clearing" });
    const history = await caller.ledger.accountTransfers({ accountId: items[0]?.id ?? "" });
    expect(history.items.map((item) => [item.side, item.code, item.kind, item.balanceAfter.amount])).toEqual([
      ["credit", "hold", "pending", "2.499999"],
      ["debit", "allocation", "posted", "2.499999"],
      ["credit", "capture", "posted", "10.00"],
    ]);
    expect(history.items[1]?.credit).toMatchObject({ code: "party_payable", owner: "Voltway · Mobility" });
  });

  test("a transfer comes with its journal, and the totals of the chart balance", async () => {
    const { items } = await caller.ledger.transfers({});
    const allocation = items.find((item) => item.code === "allocation");
    const { transfer, journal: together } = await caller.ledger.transfer({
      transferId: allocation?.id ?? "",
    });
    expect(transfer.journalId).toBe(toPublicId("journal", journal));
    expect(together.map((item) => item.id)).toEqual([allocation?.id]);
    const totals = await caller.ledger.totals();
    const sum = (side: "debit" | "credit") =>
      totals
        .filter((row) => row.normalSide === side)
        .reduce((all, row) => all + parseMicros(row.balance.amount), 0n);
    expect(totals).toHaveLength(4);
    expect(sum("debit")).toBe(sum("credit"));
    expect(sum("debit")).toBe(15_000_000n);
  });

  test("an account that does not exist and a cursor that nobody issued are refused, not broken", async () => {
    const nobody = toPublicId("account", newId("account"));
    await expect(caller.ledger.account({ accountId: nobody })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(caller.ledger.accounts({ cursor: "x" })).rejects.toMatchObject({ code: "BAD_REQUEST" });
    await expect(caller.ledger.transfers({ cursor: "1e9" })).rejects.toMatchObject({ code: "BAD_REQUEST" });
  });
});
