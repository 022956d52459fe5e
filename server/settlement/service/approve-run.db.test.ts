/** What was approved is what is sent, and whatever changes it takes the approval back. */
import { beforeEach, describe, expect, test } from "vitest";
import { withClock } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { mintPortalScope, mintSystemScope, type OperatorScope } from "@/server/platform/scope";
import { pastGuards, useTestDatabase } from "@/server/platform/testing";
import { bringIntoForce, byTwo, type City, capture, createCity, createMember, termsFor } from "../testing";
import { approveRun } from "./approve-run";
import { closePeriod } from "./close-period";
import { disableBankAccount } from "./manage-bank-account";
import { cancelPayout, submitPayouts } from "./move-payouts";
import { proposeAdjustment, proposePayoutRule } from "./propose-change";
import { getRun } from "./read-runs";

useTestDatabase();
const system = mintSystemScope("test");
const at = (text: string) => new Date(text);
const END = at("2026-06-01T20:00:00Z");

let city: City;
let runId: string;

async function closed(of: City): Promise<string> {
  await withClock(at("2026-01-01T00:00:00Z"), () => bringIntoForce(of, termsFor(of)));
  await capture(of, { micros: 30_000_000n, at: at("2026-06-01T10:00:00Z") });
  await capture(of, { micros: 20_000_000n, merchant: 1, at: at("2026-06-01T11:00:00Z") });
  const run = await withClock(new Date(+END + 60_000), () => closePeriod(of.creator, of.programId, END));
  if (!run.ok) throw new Error(run.message);
  return run.runId;
}

beforeEach(async () => {
  city = await createCity();
  runId = await closed(city);
});

async function row() {
  const { rows } = await withScope(system, (tx) =>
    tx.query<{
      state: string;
      revision: number;
      approval_sha256: string | null;
      approval_count: number | null;
      approval_void_reason: string | null;
    }>("select * from settlement_run where id = $1", [runId]),
  );
  if (!rows[0]) throw new Error("The run stands.");
  return rows[0];
}

async function payouts() {
  const { rows } = await withScope(system, (tx) =>
    tx.query<{ id: string; state: string; party_id: string; bank_account_id: string }>(
      "select id, state, party_id, bank_account_id from payout where run_id = $1 order by party_id",
      [runId],
    ),
  );
  return rows;
}

const stateOf = async () => [...new Set((await payouts()).map(({ state }) => state))];
const merchant = () => city.merchants[0]?.id ?? "";

describe("an approval", () => {
  test("binds what was seen: amounts, names, accounts and how many there are", async () => {
    const { payable } = await getRun(city.approver, runId);
    expect(payable.payoutIds.length).toBe(5);
    expect(await approveRun(city.approver, runId, 0, "0".repeat(64))).toEqual({
      ok: false,
      reason: "revision_changed",
    });
    expect(await approveRun(city.approver, runId, 0, payable.sha256)).toMatchObject({ ok: true });
    expect(await row()).toMatchObject({ approval_sha256: payable.sha256, approval_count: 5 });
    expect(await submitPayouts(city.creator, { runId })).toMatchObject({ ok: true, moved: 5 });
  });

  test.each([
    [
      "bank_account_changed",
      async (): Promise<void> => {
        const own = (await payouts()).find(({ party_id }) => party_id === merchant());
        await disableBankAccount(city.creator, own?.bank_account_id ?? "", "Under suspicion");
      },
      1,
    ],
    [
      "hold_set",
      () =>
        byTwo(
          city,
          proposePayoutRule(city.creator, {
            programId: city.programId,
            partyId: merchant(),
            minimumMicros: 0n,
            held: true,
          }),
        ),
      1,
    ],
    [
      "adjustment_added",
      () =>
        byTwo(
          city,
          proposeAdjustment(city.creator, {
            programId: city.programId,
            partyId: merchant(),
            amountMicros: 10_000n,
            reason: "Missed in May",
          }),
        ),
      0,
    ],
    [
      "party_renamed",
      () =>
        withScope(system, (tx) =>
          tx.query("update organisation set name = 'Another' where id = $1", [merchant()]),
        ),
      0,
    ],
    [
      "payout_cancelled",
      async (): Promise<unknown> =>
        cancelPayout(city.creator, (await payouts())[0]?.id ?? "", "Not this one"),
      1,
    ],
  ] as const)(
    "is void after %s, says so, and what stands is approved again",
    async (reason, change, fewer) => {
      expect(await approveRun(city.approver, runId, 0)).toMatchObject({ ok: true });
      await change();
      expect(await row()).toMatchObject({
        state: "calculated",
        revision: 1,
        approval_sha256: null,
        approval_void_reason: reason,
      });
      expect((await getRun(city.creator, runId)).run.approvalVoided?.reason).toBe(reason);
      expect(await submitPayouts(city.creator, { runId })).toEqual({
        ok: false,
        reason: "payout_not_approved",
      });
      expect(await approveRun(city.approver, runId, 0)).toEqual({ ok: false, reason: "revision_changed" });
      expect(await approveRun(city.approver, runId, 1)).toMatchObject({ ok: true });
      expect(await submitPayouts(city.creator, { runId })).toMatchObject({ ok: true, moved: 5 - fewer });
    },
  );

  test("leaves out who is held after the calculation, and takes them in when the hold is released", async () => {
    const rule = { programId: city.programId, partyId: merchant(), minimumMicros: 0n };
    await byTwo(city, proposePayoutRule(city.creator, { ...rule, held: true }));
    expect(await approveRun(city.approver, runId, 0)).toMatchObject({ ok: true });
    expect(await submitPayouts(city.creator, { runId })).toMatchObject({ moved: 4 });
    expect((await payouts()).find(({ party_id }) => party_id === merchant())?.state).toBe("proposed");
    expect(await approveRun(city.approver, runId, 0)).toEqual({ ok: false, reason: "nothing_payable" });
    await byTwo(city, proposePayoutRule(city.creator, { ...rule, held: false }));
    expect(await approveRun(city.approver, runId, 0)).toMatchObject({ ok: true });
    expect(await row()).toMatchObject({ state: "paying", approval_count: 5 });
    expect(await submitPayouts(city.creator, { runId })).toMatchObject({ moved: 1 });
    expect(await stateOf()).toEqual(["submitted"]);
  });

  test("does not cover what somebody changed past the triggers: nothing is sent", async () => {
    for (const tamper of [
      "update payout set payee_account = 'NO0000000000000' where run_id = $1 and party_id = $2",
      "update payout set amount_micros = amount_micros + 10000 where run_id = $1 and party_id = $2",
      "update bank_account set iban = 'NO0000000000000' where organisation_id = $2 and $1::uuid is not null",
      "update settlement_run set approval_sha256 = 'another' where id = $1 and $2::uuid is not null",
    ]) {
      city = await createCity();
      runId = await closed(city);
      await approveRun(city.approver, runId, 0);
      await pastGuards(["payout", "bank_account", "settlement_run"], tamper, [runId, merchant()]);
      expect(await submitPayouts(city.creator, { runId }), tamper).toEqual({
        ok: false,
        reason: "approval_differs",
      });
      expect(await stateOf()).toEqual(["approved"]);
    }
  });

  test("is not given by who proposed an adjustment that the run pays, nor by their puppet", async () => {
    const other = await createCity();
    const author = mintPortalScope("operator", other.operatorId, {
      kind: "user",
      id: await withScope(system, (tx) => createMember(tx, other.operatorId, "author@example.org")),
    });
    const puppet = mintPortalScope("operator", other.operatorId, {
      kind: "user",
      id: await withScope(system, (tx) => createMember(tx, other.operatorId, "puppet@example.org")),
    });
    await pastGuards(["membership"], "update membership set created_by = $1 where user_id = $2", [
      author.actor.kind === "user" ? author.actor.id : null,
      puppet.actor.kind === "user" ? puppet.actor.id : null,
    ]);
    await withClock(at("2026-05-31T00:00:00Z"), () =>
      byTwo(
        other,
        proposeAdjustment(author, {
          programId: other.programId,
          partyId: other.agencies[0]?.id ?? "",
          amountMicros: 10_000n,
          reason: "Missed in May",
        }),
      ),
    );
    const run = await closed(other);
    const refused = { ok: false, reason: "approver_proposed_adjustment" };
    expect(await approveRun(author, run, 0)).toEqual(refused);
    expect(await approveRun(puppet, run, 0)).toEqual(refused);
    await expect(
      withScope(author, (tx) =>
        tx.query("update settlement_run set approved_by = $2, state = 'approved' where id = $1", [
          run,
          author.actor.kind === "user" ? author.actor.id : null,
        ]),
      ),
    ).rejects.toThrow(/proposed an adjustment/);
    // Who confirmed the adjustment is a second person to its author and may approve.
    expect(await approveRun(other.approver, run, 0)).toMatchObject({ ok: true });
  });

  test("of a run that the calendar closed takes two people, as nobody created it", async () => {
    await pastGuards(
      ["settlement_run"],
      "update settlement_run set created_by = null, signed_by = null, signed_at = null where id = $1",
      [runId],
    );
    expect(await approveRun(city.creator, runId, 0)).toMatchObject({
      ok: true,
      state: "calculated",
      waitsForSecond: true,
    });
    expect(await approveRun(city.creator, runId, 0)).toEqual({ ok: false, reason: "approver_is_creator" });
    expect(await approveRun(city.approver, runId, 0)).toMatchObject({ ok: true, state: "approved" });
    // What is void is void of both signatures.
    await cancelPayout(city.creator, (await payouts())[0]?.id ?? "", "Not this one");
    expect(await approveRun(city.approver, runId, 1)).toMatchObject({ waitsForSecond: true });
    expect(await approveRun(city.creator, runId, 1)).toMatchObject({ ok: true, state: "approved" });
  });

  test("of two runs is sent whole or not at all", async () => {
    const other = await createCity();
    const second = await closed(other);
    await approveRun(city.approver, runId, 0);
    const all = async () =>
      (
        await withScope(system, (tx) =>
          tx.query<{ id: string }>("select id from payout where run_id = any($1::uuid[])", [[runId, second]]),
        )
      ).rows.map(({ id }) => id);
    const scope: OperatorScope = city.creator;
    expect(await submitPayouts(scope, { payoutIds: await all() })).toEqual({
      ok: false,
      reason: "payout_not_approved",
    });
    expect(await stateOf()).toEqual(["approved"]);
    await approveRun(other.approver, second, 0);
    expect(await submitPayouts(scope, { payoutIds: await all() })).toMatchObject({ ok: true, moved: 10 });
  });
});
