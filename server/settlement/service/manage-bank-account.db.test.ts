/** Where parties are paid: who enters, who confirms, when it is used. Cases 13 of public trouble reports is the first. */
import { beforeEach, describe, expect, test } from "vitest";
import { withClock } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { newId } from "@/server/platform/ids";
import { mintPortalScope, mintSystemScope, type PortalScope } from "@/server/platform/scope";
import { pastGuards, useTestDatabase } from "@/server/platform/testing";
import {
  bringIntoForce,
  byTwo,
  type City,
  capture,
  confirmAs,
  createCity,
  createMember,
  openAccount,
  termsFor,
} from "../testing";
import { expireProposals, withdrawProposal } from "./answer-proposal";
import { approveRun } from "./approve-run";
import { closePeriod } from "./close-period";
import {
  disableBankAccount,
  enterBankAccount,
  listBankAccounts,
  startRestedAccounts,
} from "./manage-bank-account";
import { markPayoutsPaid, submitPayouts } from "./move-payouts";
import { proposeTakeBack } from "./propose-change";

useTestDatabase();
const system = mintSystemScope("test");
const at = (text: string) => new Date(text);
const OTHER = "DE89370400440532013000";

let city: City;
let party: PortalScope;
beforeEach(async () => {
  city = await createCity({ merchants: 1, agencies: 0 });
  const merchant = city.merchants[0];
  if (!merchant) throw new Error("There is one.");
  party = merchant.scope;
});

const account = (change: Partial<Parameters<typeof enterBankAccount>[1]> = {}) => ({
  organisationId: party.organisationId,
  currency: "EUR",
  holder: "Holder",
  iban: OTHER,
  bankName: "Other Bank",
  ...change,
});

async function enter(scope: PortalScope, change: Partial<Parameters<typeof enterBankAccount>[1]> = {}) {
  const entered = await enterBankAccount(scope, account(change));
  if (!entered.ok) throw new Error(entered.reason);
  return entered;
}

async function states(): Promise<Record<string, string>> {
  const list = await listBankAccounts(party, party.organisationId, true);
  return Object.fromEntries(list.map(({ label, state }) => [label.slice(-4), state]));
}

async function member(home: PortalScope, role: string, invitedBy: PortalScope | null = null) {
  const by = invitedBy?.actor.kind === "user" ? invitedBy.actor.id : null;
  const email = `${newId("user")}@example.org`;
  const id = await withScope(system, (tx) => createMember(tx, home.organisationId, email, role));
  await pastGuards(["membership"], "update membership set created_by = $2 where user_id = $1", [id, by]);
  return mintPortalScope(home.kind, home.organisationId, { kind: "user", id });
}

describe("a bank account", () => {
  test("that replaces another rests for a day while the one before stays in use", async () => {
    const entered = await withClock(at("2026-06-01T08:00:00Z"), () => enter(party));
    expect(await states()).toEqual({ "7947": "active", "3000": "waiting" });
    await withClock(at("2026-06-01T09:00:00Z"), () => confirmAs(city.approver, entered.confirmationId));
    expect(await states()).toEqual({ "7947": "active", "3000": "resting" });
    await withClock(at("2026-06-02T08:59:59Z"), () => startRestedAccounts());
    expect(await states()).toEqual({ "7947": "active", "3000": "resting" });
    expect(await withClock(at("2026-06-02T09:00:00Z"), () => startRestedAccounts())).toBe(1);
    expect(await states()).toEqual({ "7947": "disabled", "3000": "active" });
  });

  test("is confirmed by another of the party or by the operator, and never by who entered it", async () => {
    const finance = await member(party, "finance");
    const viewer = await member(party, "viewer");
    const puppet = await member(party, "finance", party);
    const { confirmationId } = await enter(party);
    expect(await confirmAs(party, confirmationId)).toEqual({ ok: false, reason: "same_person" });
    expect(await confirmAs(viewer, confirmationId)).toEqual({ ok: false, reason: "not_a_signer" });
    expect(await confirmAs(puppet, confirmationId)).toEqual({ ok: false, reason: "invited_by_other" });
    expect(await confirmAs(finance, confirmationId)).toEqual({ ok: true });
  });

  test("that the operator enters is confirmed by the party once it has an admin, else by a second operator", async () => {
    const { confirmationId } = await enter(city.creator);
    expect(await confirmAs(city.approver, confirmationId)).toEqual({
      ok: false,
      reason: "party_must_confirm",
    });
    expect(await confirmAs(party, confirmationId)).toEqual({ ok: true });
    const other = await createCity({ merchants: 1, agencies: 0 });
    const alone = other.merchants[0]?.id ?? "";
    // Nobody signed in can leave a party without an admin; this one's has not come in yet.
    await pastGuards(["membership"], "update membership set revoked_at = now() where organisation_id = $1", [
      alone,
    ]);
    const entered = await enter(other.creator, { organisationId: alone, currency: "USD" });
    expect(await confirmAs(other.creator, entered.confirmationId)).toEqual({
      ok: false,
      reason: "same_person",
    });
    expect(await confirmAs(other.approver, entered.confirmationId)).toEqual({ ok: true });
  });

  test("of another party is out of reach", async () => {
    const other = await createCity({ merchants: 1, agencies: 0 });
    const stranger = other.merchants[0]?.scope;
    if (!stranger) throw new Error("There is one.");
    const { confirmationId, bankAccountId } = await enter(party);
    await expect(confirmAs(stranger, confirmationId)).rejects.toThrow(/no such proposal/);
    await expect(disableBankAccount(stranger, bankAccountId, "Not mine")).rejects.toThrow(
      /no such bank account/,
    );
    expect(await listBankAccounts(stranger, party.organisationId, true)).toEqual([]);
    await expect(enterBankAccount(stranger, account())).rejects.toThrow(/row-level security/);
  });

  test("of a wrong number is refused, and a second one waits for the first", async () => {
    expect(await enterBankAccount(party, account({ iban: "DE89370400440532013001" }))).toEqual({
      ok: false,
      reason: "account_number_malformed",
    });
    const { confirmationId } = await enter(party);
    expect(await enterBankAccount(party, account({ iban: "021000021/123456789" }))).toEqual({
      ok: false,
      reason: "account_waits_already",
    });
    expect(await withdrawProposal(party, confirmationId)).toEqual({ ok: true });
    expect((await states())["3000"]).toBe("refused");
    await withClock(at("2026-06-01T08:00:00Z"), () => enter(party, { iban: "021000021/123456789" }));
    expect(await expireProposals()).toBe(1);
    expect((await states())["6789"]).toBe("refused");
  });

  test("tells the party and the operator, in the log of both and as an event", async () => {
    const { confirmationId } = await enter(city.creator);
    await confirmAs(party, confirmationId);
    const read = (scope: PortalScope) =>
      withScope(scope, async (tx) =>
        (
          await tx.query<{ action: string }>(
            "select action from audit_entry where organisation_id = $1 and action like 'bank_account.%' order by seq desc limit 4",
            [party.organisationId],
          )
        ).rows.map(({ action }) => action),
      );
    const expected = [
      "bank_account.confirmed",
      "bank_account.confirmed",
      "bank_account.entered",
      "bank_account.proposed",
    ];
    expect(await read(party)).toEqual(expected);
    expect(await read(city.creator)).toEqual(expected);
    const events = await withScope(system, (tx) =>
      tx.query("select 1 from outbox where type = 'bank_account.changed' and organisation_id = $1", [
        party.organisationId,
      ]),
    );
    expect(events.rowCount).toBeGreaterThan(1);
  });
});

test("a party without an account, or whose payout came back, is paid once two people gave it one", async () => {
  await withClock(at("2026-01-01T00:00:00Z"), () =>
    bringIntoForce(city, {
      ...termsFor(city),
      rules: [
        {
          name: "All",
          steps: [{ id: "merchant", kind: "share", shares: [{ to: "$merchant", weight: "1" }] }],
        },
      ],
    }),
  );
  const close = async (day: number) => {
    await capture(city, { micros: 10_000_000n, at: at(`2026-06-0${day}T10:00:00Z`) });
    const end = at(`2026-06-0${day}T20:00:00Z`);
    const closed = await withClock(new Date(+end + 60_000), () =>
      closePeriod(city.creator, city.programId, end),
    );
    if (!closed.ok) throw new Error(closed.message);
    return closed.runId;
  };
  const [first] = await listBankAccounts(party, party.organisationId, true);
  if (!first) throw new Error("There is one.");
  const run = await close(1);
  expect(await approveRun(city.approver, run, 0)).toMatchObject({ ok: true });
  expect(await submitPayouts(city.creator, { runId: run })).toMatchObject({ moved: 1 });
  expect(await markPayoutsPaid(city.creator, { runId: run })).toMatchObject({ moved: 1 });
  const { rows } = await withScope(system, (tx) =>
    tx.query<{ id: string; payee_account: string; payee_holder: string }>(
      "select id, payee_account, payee_holder from payout where run_id = $1",
      [run],
    ),
  );
  expect(rows[0]).toMatchObject({ payee_account: "NO9386011117947", payee_holder: "Holder" });
  await byTwo(city, proposeTakeBack(city.creator, rows[0]?.id ?? "", "returned", "Account closed"));
  expect((await states())["7947"]).toBe("disabled");

  const next = await close(2);
  expect(await approveRun(city.approver, next, 0)).toEqual({ ok: false, reason: "nothing_payable" });
  expect(await submitPayouts(city.creator, { runId: next })).toEqual({
    ok: false,
    reason: "payout_not_approved",
  });
  await withClock(at("2026-06-03T08:00:00Z"), () => openAccount(party, city.approver, { iban: OTHER }));
  expect(await approveRun(city.approver, next, 0)).toEqual({ ok: false, reason: "nothing_payable" });
  await withClock(at("2026-06-04T08:00:00Z"), () => startRestedAccounts());
  expect(await approveRun(city.approver, next, 0)).toMatchObject({ ok: true });
  expect(await submitPayouts(city.creator, { runId: next })).toMatchObject({ ok: true, moved: 1 });
});
