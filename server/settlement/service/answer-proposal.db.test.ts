/** Proposals and their answers through the services: what moves when, and what each refusal is called. */
import { beforeAll, describe, expect, test } from "vitest";
import { accountIdFor } from "@/server/ledger/service";
import { withClock } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { newId } from "@/server/platform/ids";
import { CURRENCIES, microsPerMinor } from "@/server/platform/money";
import { mintPortalScope, mintSystemScope, type OperatorScope } from "@/server/platform/scope";
import { pastGuards, useTestDatabase } from "@/server/platform/testing";
import { partyAccount } from "../rules/name-accounts";
import { balanceOf, byTwo, type City, confirmAs, createCity, createMember } from "../testing";
import { confirmProposal, expireProposals, rejectProposal, withdrawProposal } from "./answer-proposal";
import { proposeAdjustment, proposePayoutRule, proposeSetting } from "./propose-change";
import { listSettings, listWaitingFor } from "./read-waiting";

useTestDatabase();
const system = mintSystemScope("test");
let city: City;

beforeAll(async () => {
  city = await createCity();
});

async function member(role: string, invitedBy: string | null = null): Promise<OperatorScope> {
  const email = `${role}-${newId("user")}@example.org`;
  const id = await withScope(system, (tx) => createMember(tx, city.operatorId, email, role));
  await pastGuards(["membership"], "update membership set created_by = $2 where user_id = $1", [
    id,
    invitedBy,
  ]);
  return mintPortalScope("operator", city.operatorId, { kind: "user", id });
}

const userOf = (scope: OperatorScope) => (scope.actor.kind === "user" ? scope.actor.id : "");
const party = () => city.agencies[0]?.id ?? "";
const adjustment = (micros: bigint, by: OperatorScope = city.creator) =>
  proposeAdjustment(by, {
    programId: city.programId,
    partyId: party(),
    amountMicros: micros,
    reason: "Missed in May",
  });

async function owed(): Promise<bigint> {
  const program = { id: city.programId, currency: "EUR", operatorId: city.operatorId };
  return (await balanceOf(accountIdFor(partyAccount(program, party())))).posted;
}

describe("an adjustment", () => {
  test("moves nothing when it is proposed and all of it when another confirms it", async () => {
    const proposed = await adjustment(2_500_000n);
    if (!proposed.ok) throw new Error(proposed.reason);
    expect(await owed()).toBe(0n);
    expect(await confirmAs(city.creator, proposed.confirmationId)).toEqual({
      ok: false,
      reason: "same_person",
    });
    const puppet = await member("admin", userOf(city.creator));
    expect(await confirmAs(puppet, proposed.confirmationId)).toEqual({
      ok: false,
      reason: "invited_by_other",
    });
    const auditor = await member("auditor");
    expect(await confirmAs(auditor, proposed.confirmationId)).toEqual({ ok: false, reason: "not_a_signer" });
    expect(await confirmProposal(city.approver, proposed.confirmationId, "0".repeat(64))).toEqual({
      ok: false,
      reason: "proposal_changed",
    });
    expect(await owed()).toBe(0n);
    expect(await confirmAs(city.approver, proposed.confirmationId)).toEqual({ ok: true });
    expect(await owed()).toBe(2_500_000n);
    expect(await confirmAs(city.approver, proposed.confirmationId)).toEqual({
      ok: false,
      reason: "answered_already",
    });
  });

  test("of a part of a minor unit is refused with a code", async () => {
    expect(await adjustment(5_000n)).toEqual({ ok: false, reason: "amount_too_precise" });
    expect(await adjustment(0n)).toEqual({ ok: false, reason: "amount_zero" });
  });

  test("of half a yen is refused, and the database counts minor units as the product does", async () => {
    const yen = await createCity();
    await pastGuards(["program"], "update program set currency = 'JPY' where id = $1", [yen.programId]);
    const half = {
      programId: yen.programId,
      partyId: yen.agencies[0]?.id ?? "",
      amountMicros: 500_000n,
      reason: "Half",
    };
    expect(await proposeAdjustment(yen.creator, half)).toEqual({ ok: false, reason: "amount_too_precise" });
    const { rows } = await withScope(system, (tx) =>
      tx.query<{ code: string; micros: bigint }>(
        "select code, micros_per_minor(code) as micros from unnest($1::text[]) as code",
        [CURRENCIES],
      ),
    );
    for (const { code, micros } of rows)
      expect(micros, code).toBe(microsPerMinor(code as (typeof CURRENCIES)[number]));
  });

  test("is limited by role, for who proposes and who confirms, over all of a day", async () => {
    const finance = await member("finance");
    expect(await adjustment(1_000_010_000n, finance)).toEqual({ ok: false, reason: "above_limit" });
    const first = await adjustment(600_000_000n, finance);
    if (!first.ok) throw new Error(first.reason);
    // Two halves count as a whole.
    expect(await adjustment(600_000_000n, finance)).toEqual({ ok: false, reason: "above_limit" });
    const large = await adjustment(5_000_000_000n);
    if (!large.ok) throw new Error(large.reason);
    expect(await confirmAs(await member("finance"), large.confirmationId)).toEqual({
      ok: false,
      reason: "above_limit",
    });
    // What was withdrawn does not count any more.
    expect(await withdrawProposal(city.approver, first.confirmationId)).toEqual({
      ok: false,
      reason: "not_the_proposer",
    });
    expect(await withdrawProposal(finance, first.confirmationId)).toEqual({ ok: true });
    expect(await adjustment(600_000_000n, finance)).toMatchObject({ ok: true });
  });
});

describe("a proposal", () => {
  test("is rejected with a reason, and then cannot be confirmed", async () => {
    const proposed = await adjustment(10_000n);
    if (!proposed.ok) throw new Error(proposed.reason);
    expect(await rejectProposal(city.approver, proposed.confirmationId, "Not ours to pay")).toEqual({
      ok: true,
    });
    expect(await confirmAs(city.approver, proposed.confirmationId)).toEqual({
      ok: false,
      reason: "answered_already",
    });
  });

  test("that nobody answers expires", async () => {
    const before = await owed();
    const proposed = await withClock(new Date("2026-06-01T00:00:00Z"), () => adjustment(10_000n));
    if (!proposed.ok) throw new Error(proposed.reason);
    expect(await confirmAs(city.approver, proposed.confirmationId)).toEqual({ ok: false, reason: "expired" });
    expect(await expireProposals()).toBe(1);
    expect((await listWaitingFor(city.approver)).map(({ id }) => id)).not.toContain(proposed.confirmationId);
    expect(await confirmAs(city.approver, proposed.confirmationId)).toEqual({
      ok: false,
      reason: "answered_already",
    });
    expect(await owed()).toBe(before);
  });

  test("stands in the inbox of everybody, and says to each why they cannot confirm it", async () => {
    const proposed = await proposePayoutRule(city.creator, {
      programId: city.programId,
      partyId: party(),
      minimumMicros: 20_000_000n,
      held: true,
    });
    if (!proposed.ok) throw new Error(proposed.reason);
    const rule = async (scope: OperatorScope) =>
      (await listWaitingFor(scope)).find(({ action }) => action === "payout_rule.set");
    expect(await rule(city.approver)).toMatchObject({
      fault: null,
      mine: false,
      held: true,
      amount: { amount: "20.00" },
    });
    expect(await rule(city.creator)).toMatchObject({ fault: "same_person", mine: true });
    expect(await confirmAs(city.approver, proposed.confirmationId)).toEqual({ ok: true });
    // A rule set before can be set again by a new proposal only.
    await byTwo(
      city,
      proposePayoutRule(city.creator, {
        programId: city.programId,
        partyId: party(),
        minimumMicros: 0n,
        held: false,
      }),
    );
  });

  test("of another limit takes an admin and a second person", async () => {
    expect(await listSettings(city.creator)).toEqual([
      { name: "adjustment_limit.finance", value: "100000" },
      { name: "adjustment_limit.admin", value: "1000000" },
      { name: "bank_account.cooling_hours", value: "24" },
    ]);
    expect(await proposeSetting(await member("finance"), "adjustment_limit.finance", 9n)).toEqual({
      ok: false,
      reason: "not_a_signer",
    });
    await byTwo(city, proposeSetting(city.creator, "adjustment_limit.finance", 5_000_000n));
    await byTwo(city, proposeSetting(city.creator, "adjustment_limit.finance", 6_000_000n));
    expect((await listSettings(city.creator))[0]).toEqual({
      name: "adjustment_limit.finance",
      value: "6000000",
    });
  });
});
