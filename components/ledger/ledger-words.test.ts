import { describe, expect, test } from "vitest";
import type { TransferView } from "@/server/ledger/schema";
import { accountName, toJournal, transferWords } from "./ledger-words";

const transfer = (over: Partial<TransferView>): TransferView => ({
  id: "xfer_1",
  sequence: "1",
  kind: "posted",
  code: "capture",
  state: null,
  amount: { amount: "1.00", currency: "EUR" },
  debit: { id: "acct_a", code: "wallet", owner: "inst_01m7q7nmv1e2brvtr422rcendc" },
  credit: { id: "acct_b", code: "clearing", owner: "Mobility" },
  pendingId: null,
  journalId: null,
  effectiveAt: "2026-11-12T10:00:00.000Z",
  recordedAt: "2026-11-12T10:00:00.000Z",
  ...over,
});

describe("a journal as T-accounts", () => {
  test("a hold that is posted in the same journal is drawn once, by its posting", () => {
    const hold = transfer({ id: "xfer_1", kind: "pending", code: "hold", state: "posted" });
    const post = transfer({ id: "xfer_2", kind: "post_pending", code: "hold", pendingId: "xfer_1" });
    expect(toJournal([hold, post]).map(({ id, state }) => [id, state])).toEqual([["xfer_2", undefined]]);
  });

  test("a hold that another journal posted stays and is not called voided", () => {
    const [drawn] = toJournal([transfer({ kind: "pending", code: "payout", state: "posted" })]);
    expect(drawn).toMatchObject({ label: "Payout, hold, posted later" });
    expect(drawn?.state).toBeUndefined();
  });

  test("a hold that was released is struck through, once", () => {
    const hold = transfer({ id: "xfer_1", kind: "pending", code: "hold", state: "voided" });
    const release = transfer({ id: "xfer_2", kind: "void_pending", code: "hold", pendingId: "xfer_1" });
    expect(toJournal([hold, release]).map(({ id, state }) => [id, state])).toEqual([["xfer_1", "voided"]]);
  });
});

test("accounts without a named owner go by the short form of its id", () => {
  expect(accountName({ code: "wallet", owner: "inst_01m7q7nmv1e2brvtr422rcendc" })).toBe(
    "Wallet · inst_01m7q7…endc",
  );
  expect(accountName({ code: "party_payable", owner: "Voltway · Mobility" })).toBe(
    "Payable · Voltway · Mobility",
  );
  expect(transferWords({ kind: "post_pending", code: "payout" })).toBe("Payout, hold posted");
});
