import { describe, expect, test } from "vitest";
import { DEFAULT_TERMS } from "@/server/fraud/schema";
import {
  addCaseNote,
  claimCase,
  claimNextCase,
  escalateCase,
  getCase,
  getPolicy,
  listCases,
  releaseCase,
  setPolicy,
} from "@/server/fraud/service";
import { withClock } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { fromPublicId, type Id } from "@/server/platform/ids";
import { useTestDatabase } from "@/server/platform/testing";
import {
  approveHeldPayment,
  declineHeldPayment,
  declineOverdueCases,
  getCaseFile,
  overturnDecision,
} from "./review";
import { clearingAccount, walletAccount } from "./rules/derive-accounts";
import { authorisePayment } from "./service/authorise-payment";
import { capturePayment, getPaymentForDevice, voidPayment } from "./service/capture-payment";
import { learnHabits } from "./service/learn-habits";
import { refundPayment } from "./service/refund-payment";
import { addWallet, balanceOf, createWorld, requestOf, system, type TestWorld } from "./testing";

useTestDatabase();

/** Six payments in a row with one wallet: the last one is held for review. */
async function held({
  capture = true,
  amountMicros = 1_000_000n,
  world,
}: {
  capture?: boolean;
  amountMicros?: bigint;
  world?: TestWorld;
} = {}) {
  const where = world ?? (await createWorld());
  const wallet = await addWallet(where, 100_000_000n);
  for (let n = 0; n < 5; n++) {
    await authorisePayment(
      where.device,
      requestOf({ instrumentToken: wallet.token, amountMicros: 1_000_000n, capture: true }),
    );
  }
  const result = await authorisePayment(
    where.device,
    requestOf({ instrumentToken: wallet.token, amountMicros, capture }),
  );
  if (!result.ok) throw new Error(result.reason);
  expect(result).toMatchObject({ status: 202, payment: { state: "in_review" } });
  const paymentId = fromPublicId("payment", result.payment.id);
  const { items } = await listCases(where.operator, {
    programId: where.programId,
    sort: "expected_loss",
    mine: false,
    limit: 50,
  });
  const found = items.find((item) => item.paymentId === paymentId);
  if (!paymentId || !found) throw new Error("no case");
  return { world: where, wallet, paymentId, caseId: found.id };
}

describe("a flagged payment", () => {
  test("keeps its hold and says why in plain words", async () => {
    const { world, wallet, caseId } = await held();
    expect(await balanceOf(walletAccount(wallet.id, "EUR"))).toMatchObject({
      posted: 95_000_000n,
      debitsPending: 1_000_000n,
    });
    const file = await getCaseFile(world.operator, caseId);
    expect(file.case.headline).toBe("6th payment with this wallet in 1 minute.");
    expect(file.case.signals.reduce((sum, signal) => sum + signal.points, file.case.basePoints)).toBe(
      file.case.score,
    );
    expect(file.case.wouldHavePassed).toMatch(/^It would have passed /);
    expect(file.context.linked).toHaveLength(5);
    expect(file.context.taps).toHaveLength(6);
    expect(file.context.payer).toMatchObject({ payments: 6n, captured: 5n, reviewed: 1n });
  });

  test("approved is captured when that was asked, and the device sees it", async () => {
    const { world, wallet, paymentId, caseId } = await held();
    expect(
      await approveHeldPayment(world.operator, { caseId, reason: "genuine", note: "Known fleet card." }),
    ).toMatchObject({
      ok: true,
    });
    expect(await balanceOf(walletAccount(wallet.id, "EUR"))).toMatchObject({
      posted: 94_000_000n,
      debitsPending: 0n,
    });
    expect(await getPaymentForDevice(world.device, paymentId)).toMatchObject({
      payment: { state: "captured" },
    });
  });

  test("approved without capture waits for its device to capture", async () => {
    const { world, paymentId, caseId } = await held({ capture: false });
    expect(await capturePayment(world.device, { paymentId })).toEqual({
      ok: false,
      reason: "payment_in_review",
    });
    await approveHeldPayment(world.operator, { caseId, reason: "genuine" });
    expect(await capturePayment(world.device, { paymentId })).toMatchObject({
      ok: true,
      payment: { state: "captured" },
    });
  });

  test("declined gives the money back and says so to the device", async () => {
    const { world, wallet, paymentId, caseId } = await held();
    await declineHeldPayment(world.operator, { caseId, reason: "fraud" });
    expect(await balanceOf(walletAccount(wallet.id, "EUR"))).toMatchObject({
      posted: 95_000_000n,
      debitsPending: 0n,
    });
    expect(await getPaymentForDevice(world.device, paymentId)).toMatchObject({
      payment: { state: "declined", declineReason: "review_declined" },
    });
  });

  test("is decided once, whatever two reviewers and the device do at the same moment", async () => {
    for (let round = 0; round < 5; round++) {
      const { world, wallet, paymentId, caseId } = await held();
      const [approved, declined, voided] = await Promise.all([
        approveHeldPayment(world.operator, { caseId, reason: "genuine" }),
        declineHeldPayment(world.colleague, { caseId, reason: "fraud" }),
        voidPayment(world.device, { paymentId }),
      ]);
      const decided = await getCase(world.operator, caseId);
      const expected = approved.ok ? "approved" : declined.ok ? "declined" : "withdrawn";
      expect(decided.state).toBe(expected);
      expect([approved.ok, declined.ok].filter(Boolean).length).toBeLessThanOrEqual(1);
      expect(approved.ok && voided.ok).toBe(false);
      const balance = await balanceOf(walletAccount(wallet.id, "EUR"));
      expect(balance).toMatchObject({ posted: approved.ok ? 94_000_000n : 95_000_000n, debitsPending: 0n });
    }
  });

  test("that nobody reviews in time is declined by the policy", async () => {
    const { world, wallet, paymentId } = await held();
    expect(await declineOverdueCases()).toBe(0);
    const late = new Date(Date.now() + (DEFAULT_TERMS.reviewMinutes + 1) * 60_000);
    expect(await withClock(late, () => declineOverdueCases(1_000))).toBeGreaterThan(0);
    expect(await getPaymentForDevice(world.device, paymentId)).toMatchObject({
      payment: { declineReason: "review_timed_out" },
    });
    expect((await balanceOf(walletAccount(wallet.id, "EUR"))).debitsPending).toBe(0n);
  });
});

describe("a decision", () => {
  test("keeps its reason, and whoever comes late is told who decided what", async () => {
    const { world, caseId } = await held();
    await declineHeldPayment(world.operator, { caseId, reason: "mistake" });
    expect(await getCase(world.operator, caseId)).toMatchObject({
      state: "declined",
      decisionReason: "mistake",
    });
    const name = (await getCase(world.operator, caseId)).decidedByName;
    expect(await approveHeldPayment(world.colleague, { caseId, reason: "genuine" })).toEqual({
      ok: false,
      reason: "case_already_decided",
      message: `This case was declined by ${name} already.`,
    });
    await expect(
      withScope(system, (tx) =>
        tx.query("update review_case set decision_reason = null where id = $1", [caseId]),
      ),
    ).rejects.toThrow(/decided_with_reason/);
  });

  test("that approved is overturned by a second person, who thereby gives the money back; never by its author", async () => {
    const { world, wallet, caseId, paymentId } = await held();
    await approveHeldPayment(world.operator, { caseId, reason: "genuine" });
    expect((await balanceOf(walletAccount(wallet.id, "EUR"))).posted).toBe(94_000_000n);
    const request = {
      caseId,
      verdict: "declined" as const,
      reason: "fraud" as const,
      note: "The card was stolen.",
    };
    expect(await overturnDecision(world.operator, request)).toEqual({ ok: false, reason: "own_decision" });
    expect(await overturnDecision(world.colleague, { ...request, verdict: "approved" })).toEqual({
      ok: false,
      reason: "same_verdict",
    });
    expect(await overturnDecision(world.colleague, request)).toMatchObject({
      ok: true,
      refunded: true,
      payment: { state: "refunded" },
    });
    expect((await balanceOf(walletAccount(wallet.id, "EUR"))).posted).toBe(95_000_000n);
    expect(await overturnDecision(world.colleague, request)).toEqual({
      ok: false,
      reason: "already_overturned",
    });
    expect(await getCase(world.operator, caseId)).toMatchObject({
      state: "approved",
      overturnVerdict: "declined",
      overturnReason: "fraud",
    });
    expect(await getPaymentForDevice(world.device, paymentId)).toMatchObject({
      payment: { state: "refunded" },
    });
  });

  test("that declined is corrected by a second person without moving money, and none of the policy's is", async () => {
    const { world, wallet, caseId } = await held();
    await declineHeldPayment(world.operator, { caseId, reason: "fraud" });
    const request = {
      caseId,
      verdict: "approved" as const,
      reason: "genuine" as const,
      note: "A known fleet.",
    };
    expect(await overturnDecision(world.colleague, request)).toMatchObject({ ok: true, refunded: false });
    expect(await balanceOf(walletAccount(wallet.id, "EUR"))).toMatchObject({
      posted: 95_000_000n,
      debitsPending: 0n,
    });
    const expired = await held();
    await withClock(new Date(Date.now() + (DEFAULT_TERMS.reviewMinutes + 1) * 60_000), () =>
      declineOverdueCases(1_000),
    );
    expect(await overturnDecision(expired.world.colleague, { ...request, caseId: expired.caseId })).toEqual({
      ok: false,
      reason: "not_decided_by_person",
    });
  });

  test("cannot be overturned in the database by its author or in another's name", async () => {
    const { world, caseId } = await held();
    await declineHeldPayment(world.operator, { caseId, reason: "fraud" });
    const found = await getCase(world.operator, caseId);
    const insert = (scope: typeof world.operator, decidedBy: string | null, overturnedBy: string | null) =>
      withScope(scope, (tx) =>
        tx.query(
          `insert into case_overturn (case_id, decided_by, decided_at, overturned_by, overturned_at, verdict, reason, note)
           values ($1, $2, $3, $4, now(), 'approved', 'genuine', 'planted')`,
          [caseId, decidedBy, found.decidedAt, overturnedBy],
        ),
      );
    const me = world.operator.actor.kind === "user" ? world.operator.actor.id : null;
    const other = world.colleague.actor.kind === "user" ? world.colleague.actor.id : null;
    await expect(insert(world.operator, me, me)).rejects.toThrow(/second person/);
    await expect(insert(world.operator, me, other)).rejects.toThrow(/another person's name/);
    // The decision that it names has to be the one that was made.
    await expect(insert(world.operator, other, me)).rejects.toThrow(/foreign key/);
  });
});

describe("the queue", () => {
  test("gives two reviewers who ask together different cases, most to lose first", async () => {
    const world = await createWorld();
    const small = await held({ world, amountMicros: 1_000_000n });
    const large = await held({ world, amountMicros: 50_000_000n });
    const [mine, theirs] = await Promise.all([
      claimNextCase(world.operator, world.programId),
      claimNextCase(world.colleague, world.programId),
    ]);
    const claimed = [mine, theirs].map((result) => (result.ok ? result.caseId : null));
    expect(new Set(claimed)).toEqual(new Set([small.caseId, large.caseId]));
    // Who asks again has one in hand already and gets that one.
    expect(await claimNextCase(world.operator, world.programId)).toEqual(mine);
    const page = await listCases(world.operator, {
      programId: world.programId,
      sort: "expected_loss",
      mine: false,
      limit: 1,
    });
    expect(page.items[0]?.id).toBe(large.caseId);
    const next = await listCases(world.operator, {
      programId: world.programId,
      sort: "expected_loss",
      mine: false,
      limit: 1,
      cursor: page.nextCursor,
    });
    expect(next).toMatchObject({ items: [{ id: small.caseId }], nextCursor: null });
    const mineOnly = await listCases(world.operator, {
      programId: world.programId,
      sort: "time_left",
      mine: true,
      limit: 10,
    });
    expect(mineOnly.items).toHaveLength(1);
  });

  test("keeps a claimed case from others until its lease ends or it is released", async () => {
    const { world, caseId } = await held();
    expect(await claimCase(world.operator, caseId)).toEqual({ ok: true });
    expect(await claimCase(world.colleague, caseId)).toEqual({ ok: false, reason: "claimed_by_other" });
    expect(await declineHeldPayment(world.colleague, { caseId, reason: "fraud" })).toMatchObject({
      ok: false,
      reason: "claimed_by_other",
      message: expect.stringContaining("is working on this case"),
    });
    expect(await releaseCase(world.colleague, caseId)).toEqual({ ok: false, reason: "not_claimed" });
    const later = new Date(Date.now() + 11 * 60_000);
    expect(await withClock(later, () => claimCase(world.colleague, caseId))).toEqual({ ok: true });
    expect(await releaseCase(world.colleague, caseId)).toEqual({ ok: true });
  });

  test("gives one reviewer one case at a time, also in two windows, and lets nobody hold more than five", async () => {
    const world = await createWorld();
    const cases: Id<"case">[] = [];
    for (let n = 0; n < 7; n++)
      cases.push((await held({ world, amountMicros: BigInt(n + 1) * 1_000_000n })).caseId);
    const pulled = await Promise.all([1, 2, 3].map(() => claimNextCase(world.operator, world.programId)));
    expect(new Set(pulled.map((each) => (each.ok ? each.caseId : null)))).toEqual(new Set([cases[6]]));
    for (const caseId of cases.slice(0, 4))
      expect(await claimCase(world.operator, caseId)).toEqual({ ok: true });
    const [, , , , fifth] = cases;
    if (!fifth) throw new Error("There are seven.");
    expect(await claimCase(world.operator, fifth)).toEqual({ ok: false, reason: "too_many_claims" });
    expect(await claimCase(world.colleague, fifth)).toEqual({ ok: true });
    await releaseCase(world.operator, cases[0] ?? fifth);
    expect(await claimCase(world.operator, cases[5] ?? fifth)).toEqual({ ok: true });
  });

  test("escalated cases leave the open queue and keep their notes", async () => {
    const { world, caseId } = await held();
    await addCaseNote(world.operator, caseId, "Called the garage.");
    expect(await escalateCase(world.operator, caseId, "Needs the bank.")).toEqual({ ok: true });
    expect(await escalateCase(world.operator, caseId)).toEqual({ ok: false, reason: "claimed_by_other" });
    const found = await getCase(world.operator, caseId);
    expect(found.state).toBe("escalated");
    expect(found.notes.map((note) => note.text)).toEqual(["Called the garage.", "Needs the bank."]);
    expect(await claimNextCase(world.operator, world.programId)).toEqual({
      ok: false,
      reason: "queue_empty",
    });
    expect(await approveHeldPayment(world.colleague, { caseId, reason: "genuine" })).toMatchObject({
      ok: true,
    });
  });
});

test("a program's policy has versions, and payments go by the newest", async () => {
  const world = await createWorld();
  expect(await getPolicy(system, world.programId)).toEqual({ version: 0, terms: DEFAULT_TERMS });
  await setPolicy(world.operator, world.programId, { ...DEFAULT_TERMS, reviewAt: 1, basePoints: 2 });
  const result = await authorisePayment(world.device, requestOf());
  expect(result).toMatchObject({ payment: { state: "in_review" } });
  expect((await getPolicy(system, world.programId)).version).toBe(1);
});

test("habits are learned from captures once, and then an unusual amount is reviewed", async () => {
  const world = await createWorld();
  for (let n = 0; n < 40; n++) {
    await authorisePayment(
      world.device,
      requestOf({
        instrumentToken: `tok_habit_${n}`,
        amountMicros: 2_000_000n + BigInt(n % 5) * 500_000n,
        capture: true,
      }),
    );
  }
  await learnHabits();
  await learnHabits();
  const { rows } = await withScope(system, (tx) =>
    tx.query<{ n: bigint; mean: number }>(
      "select observations as n, mean_log as mean from fraud_habit where program_id = $1",
      [world.programId],
    ),
  );
  expect(rows[0]?.n).toBe(40n);
  expect(Math.exp(rows[0]?.mean ?? 0)).toBeGreaterThan(2_500_000);
  expect(Math.exp(rows[0]?.mean ?? 0)).toBeLessThan(3_500_000);
  const unusual = await authorisePayment(
    world.device,
    requestOf({ instrumentToken: "tok_unusual", amountMicros: 180_000_000n }),
  );
  expect(unusual).toMatchObject({ payment: { state: "in_review" } });
});

describe("refunds", () => {
  async function captured() {
    const world = await createWorld();
    const wallet = await addWallet(world, 10_000_000n);
    const result = await authorisePayment(
      world.device,
      requestOf({ instrumentToken: wallet.token, amountMicros: 5_000_000n, capture: true }),
    );
    const paymentId = fromPublicId("payment", result.ok ? result.payment.id : "");
    if (!paymentId) throw new Error("no payment");
    return { world, wallet, paymentId };
  }

  test("many at once never give back more than was captured", async () => {
    const { world, wallet, paymentId } = await captured();
    const results = await Promise.all(
      Array.from({ length: 8 }, () =>
        refundPayment(world.merchant, { paymentId, amountMicros: 1_000_000n, reason: "meter broken" }),
      ),
    );
    expect(results.filter((result) => result.ok)).toHaveLength(5);
    expect(results.find((result) => !result.ok)).toEqual({ ok: false, reason: "amount_above_captured" });
    expect((await balanceOf(walletAccount(wallet.id, "EUR"))).posted).toBe(10_000_000n);
    expect((await balanceOf(clearingAccount(world.programId, "EUR"))).posted).toBe(0n);
  });

  test("the same request key refunds once, another amount under it is refused", async () => {
    const { world, wallet, paymentId } = await captured();
    const request = { paymentId, amountMicros: 2_000_000n, reason: "double tap", requestKey: "r1" };
    const results = await Promise.all([1, 2, 3, 4].map(() => refundPayment(world.merchant, request)));
    expect(results.filter((result) => result.ok && !result.replayed)).toHaveLength(1);
    expect(results.every((result) => result.ok)).toBe(true);
    expect(await refundPayment(world.merchant, { ...request, amountMicros: 1_000_000n })).toEqual({
      ok: false,
      reason: "refund_key_reused",
    });
    expect((await balanceOf(walletAccount(wallet.id, "EUR"))).posted).toBe(7_000_000n);
  });

  test("another merchant cannot refund it, nor see it", async () => {
    const { paymentId } = await captured();
    const stranger = await createWorld();
    expect(await refundPayment(stranger.merchant, { paymentId, reason: "mine now" })).toEqual({
      ok: false,
      reason: "payment_not_found",
    });
  });
});
