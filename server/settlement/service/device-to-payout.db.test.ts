/** The whole way of money, through the services that the running product uses: device, usage, import, split, payout. */
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { accountIdFor, getAccounts } from "@/server/ledger/service";
import { authorisePayment } from "@/server/payments/service/authorise-payment";
import { capturePayment, voidPayment } from "@/server/payments/service/capture-payment";
import { closeDueWindows } from "@/server/payments/service/close-windows";
import { importFile } from "@/server/payments/service/import-file";
import { recordUsage } from "@/server/payments/service/record-usage";
import { refundPayment } from "@/server/payments/service/refund-payment";
import { addWallet, createWorld, requestOf, type TestWorld } from "@/server/payments/testing";
import { now, withClock } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { fromPublicId, type Id, newId } from "@/server/platform/ids";
import { mintSystemScope } from "@/server/platform/scope";
import { useTestDatabase } from "@/server/platform/testing";
import { partyAccount } from "../rules/name-accounts";
import { openAccount } from "../testing";
import { answerAgreement } from "./answer-agreement";
import { approveAgreement } from "./approve-agreement";
import { approveRun } from "./approve-run";
import { closePeriod } from "./close-period";
import { createAgreementDraft, proposeAgreement } from "./draft-agreement";
import { markPayoutsPaid, submitPayouts } from "./move-payouts";

useTestDatabase();
const system = mintSystemScope("test");
const HOUR = 3_600_000;
let world: TestWorld;

async function one<Row>(text: string, params: unknown[]): Promise<Row> {
  const { rows } = await withScope(system, (tx) => tx.query<Row>(text, params));
  if (!rows[0]) throw new Error("There is a row.");
  return rows[0];
}

beforeAll(async () => {
  world = await createWorld();
  const program = await one<{ slug: string }>("select slug from program where id = $1", [world.programId]);
  const terms = {
    program: program.slug,
    effectiveFrom: "2012-01-01T00:00:00",
    rules: [
      {
        name: "All",
        steps: [
          { id: "platform", kind: "percent", to: "operator", rate: "1.5%", min: "0.02" },
          { id: "merchant", kind: "share", shares: [{ to: "$merchant", weight: "1" }] },
        ],
      },
    ],
  };
  const draft = await createAgreementDraft(world.operator, { programId: world.programId, terms });
  if (!draft.ok) throw new Error(JSON.stringify(draft.issues));
  expect(await proposeAgreement(world.operator, draft.agreementId)).toEqual({ ok: true });
  expect(await answerAgreement(world.merchant, draft.agreementId, { answer: "approved" })).toEqual({
    ok: true,
    state: "proposed",
  });
  expect(await approveAgreement(world.colleague, draft.agreementId)).toEqual({ ok: true, state: "in_force" });
  await withScope(system, async (tx) => {
    for (const { organisationId, actor } of [world.merchant, world.operator, world.colleague]) {
      await tx.query(
        `insert into membership (id, user_id, organisation_id, role) values ($1, $2, $3, 'finance')
         on conflict do nothing`,
        [newId("membership"), actor.kind === "user" ? actor.id : null, organisationId],
      );
    }
  });
  await openAccount(world.merchant, world.colleague, { iban: "NO93 8601 1117 947" });
});

describe("from the device to the bank", () => {
  test("taps, holds, usage, imports and refunds are split, stated and paid out to the cent", async () => {
    const wallet = await addWallet(world, 100_000_000n);
    const at = new Date(now().getTime() - 2 * HOUR);
    const tap = async (amountMicros: bigint, capture: boolean) => {
      const result = await withClock(at, () =>
        authorisePayment(world.device, requestOf({ amountMicros, capture, instrumentToken: wallet.token })),
      );
      if (!result.ok) throw new Error(result.reason);
      const id = fromPublicId("payment", result.payment.id);
      if (!id) throw new Error("It is a payment's id.");
      return id;
    };
    const direct = await tap(2_750_000n, true);
    const partly = await tap(9_990_000n, false);
    await withClock(at, () => capturePayment(world.device, { paymentId: partly, amountMicros: 4_560_000n }));
    const released = await tap(3_000_000n, false);
    await withClock(at, () => voidPayment(world.device, { paymentId: released }));
    await tap(1_000_000n, false);
    await withClock(at, () =>
      recordUsage(
        world.device,
        Array.from({ length: 40 }, (_, index) => ({
          key: `u${index}`,
          instrumentToken: wallet.token,
          amountMicros: 12_345n,
          currency: "EUR" as const,
          occurredAt: at,
        })),
      ),
    );
    await withClock(new Date(at.getTime() + 30 * HOUR), () => closeDueWindows());
    const file = join(import.meta.dirname, "../../payments/import/testdata/cdr_example.json");
    const imported = await importFile(world.operator, {
      programId: world.programId,
      merchantId: world.merchantId,
      format: "auto",
      fileName: "cdr_example.json",
      stream: createReadStream(file),
    });
    expect(imported).toMatchObject({ ok: true, import: { rowsAccepted: 1 } });
    await withClock(new Date(at.getTime() + HOUR), () =>
      refundPayment(world.merchant, { paymentId: direct, amountMicros: 1_000_000n, reason: "Meter was out" }),
    );

    const later = new Date(at.getTime() + 80 * HOUR);
    const runIds: Id<"settlementRun">[] = [];
    for (;;) {
      const closed = await withClock(later, () => closePeriod(world.operator, world.programId));
      if (!closed.ok && closed.reason === "period_not_over") break;
      if (!closed.ok) throw new Error(`${closed.reason}: ${closed.message}`);
      runIds.push(closed.runId);
    }
    expect(runIds.length).toBeGreaterThan(1);
    const captured = await one<{ net: bigint; payments: bigint }>(
      `select sum(captured_micros - refunded_micros)::bigint as net, count(*) as payments
         from payment where program_id = $1 and captured_at is not null`,
      [world.programId],
    );
    expect(captured.payments).toBe(4n);
    const stated = await one<{ sum: bigint; parties: bigint }>(
      `select sum(allocated_micros + refunds_micros)::bigint as sum, count(distinct party_id) as parties
         from statement where run_id = any($1::uuid[])`,
      [runIds],
    );
    expect(stated).toEqual({ sum: captured.net, parties: 2n });
    const clearing = accountIdFor({ code: "clearing", currency: "EUR", ownerRef: world.programId });
    const merchant = accountIdFor(
      partyAccount({ id: world.programId, currency: "EUR", operatorId: world.operatorId }, world.merchantId),
    );
    const [held] = await withScope(system, (tx) => getAccounts(tx, [clearing]));
    expect((held?.creditsPosted ?? 0n) - (held?.debitsPosted ?? 0n)).toBe(0n);

    for (const runId of runIds) {
      expect(await approveRun(world.operator, runId, 0)).toEqual({
        ok: false,
        reason: "approver_is_creator",
      });
      expect(await approveRun(world.colleague, runId, 0)).toMatchObject({ ok: true });
      const { payouts } = await one<{ payouts: bigint }>(
        "select count(*) as payouts from payout where run_id = $1",
        [runId],
      );
      if (payouts === 0n) continue;
      expect(await submitPayouts(world.operator, { runId })).toMatchObject({ ok: true, moved: 1 });
      expect(await markPayoutsPaid(world.operator, { runId })).toMatchObject({ ok: true });
    }
    const [owed] = await withScope(system, (tx) => getAccounts(tx, [merchant]));
    expect(owed?.creditsPosted).toBe(owed?.debitsPosted);
    const { unsettled } = await one<{ unsettled: bigint }>(
      "select count(*) as unsettled from settlement_run where program_id = $1 and state <> 'settled'",
      [world.programId],
    );
    expect(unsettled).toBe(0n);
  });
});
