/** Everything at once: whatever devices, reviewers, merchants and the worker do together, the books agree after it. */
import { expect, test } from "vitest";
import { claimNextCase } from "@/server/fraud/service";
import { withClock } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { fromPublicId, type Id } from "@/server/platform/ids";
import { useTestDatabase } from "@/server/platform/testing";
import { approveHeldPayment, declineHeldPayment, declineOverdueCases } from "./review";
import { clearingAccount, receivableAccount, walletAccount } from "./rules/derive-accounts";
import { authorisePayment, authorisePayments } from "./service/authorise-payment";
import { capturePayment, expireHolds, voidPayment } from "./service/capture-payment";
import { closeDueWindows } from "./service/close-windows";
import { learnHabits } from "./service/learn-habits";
import { recordUsage } from "./service/record-usage";
import { refundPayment } from "./service/refund-payment";
import { addDevice, addWallet, balanceOf, createWorld, requestOf, system } from "./testing";
import type { AuthoriseRequest } from "./types";

useTestDatabase();

/** Reproducible: a linear congruential generator (Numerical Recipes). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const ACTORS = 10;
const STEPS = 40;
const OPENING = 30_000_000n;

test("random traffic from ten actors at once leaves payments and ledger in agreement", async () => {
  const world = await createWorld();
  const wallets = await Promise.all(Array.from({ length: 4 }, () => addWallet(world, OPENING)));
  const devices = await Promise.all(
    Array.from({ length: 5 }, () => addDevice(world.programId, world.merchantId)),
  );
  const made: Id<"payment">[] = [];
  const asked: { device: number; request: AuthoriseRequest }[] = [];
  const later = (hours: number) => new Date(Date.now() + hours * 3_600_000);

  async function act(random: () => number, actor: number, step: number): Promise<void> {
    const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
    const at = Math.floor(random() * devices.length);
    const device = devices[at] ?? world.device;
    const token = pick(wallets)?.token ?? "";
    const paymentId = pick(made);
    const dice = random();
    if (dice < 0.4) {
      const again = random() < 0.2 ? pick(asked) : undefined;
      const amountMicros = BigInt(1 + Math.floor(random() * 300)) * 10_000n;
      const fresh = {
        device: at,
        request: requestOf({ instrumentToken: token, amountMicros, capture: random() < 0.5 }),
      };
      const asking = again ?? fresh;
      if (!again) asked.push(fresh);
      const scope = devices[asking.device] ?? world.device;
      const results =
        random() < 0.3
          ? await authorisePayments([
              { scope, request: asking.request },
              { scope, request: asking.request },
            ])
          : [await authorisePayment(scope, asking.request)];
      for (const result of results) {
        const id = result.ok ? fromPublicId("payment", result.payment.id) : null;
        if (id) made.push(id);
      }
    } else if (dice < 0.5 && paymentId) await capturePayment(device, { paymentId });
    else if (dice < 0.58 && paymentId) await voidPayment(device, { paymentId });
    else if (dice < 0.68 && paymentId) {
      await refundPayment(world.merchant, {
        paymentId,
        amountMicros: 10_000n * BigInt(1 + Math.floor(random() * 50)),
        reason: "test",
      });
    } else if (dice < 0.85) {
      const records = Array.from({ length: 20 }, (_, n) => ({
        key: random() < 0.1 ? "shared" : `${actor}-${step}-${n}`,
        instrumentToken: token,
        amountMicros: BigInt(1 + Math.floor(random() * 30_000)),
        currency: "EUR" as const,
        occurredAt: new Date(),
      }));
      await recordUsage(device, records);
    } else if (dice < 0.92) {
      const claimed = await claimNextCase(world.operator, world.programId);
      const decide = random() < 0.5 ? approveHeldPayment : declineHeldPayment;
      if (claimed.ok)
        await decide(random() < 0.5 ? world.operator : world.colleague, {
          caseId: claimed.caseId,
          reason: "cannot_tell",
        });
    } else if (dice < 0.96) await withClock(later(30), () => closeDueWindows(3));
    else if (dice < 0.98) await withClock(later(5), () => declineOverdueCases(2));
    else {
      await withClock(later(30), () => expireHolds(2));
      await learnHabits();
    }
  }

  await Promise.all(
    Array.from({ length: ACTORS }, async (_, actor) => {
      const random = randomFrom(actor + 1);
      for (let step = 0; step < STEPS; step++) await act(random, actor, step);
    }),
  );
  await withClock(later(200), async () => {
    await closeDueWindows();
    await declineOverdueCases();
    await expireHolds();
  });

  const { rows } = await withScope(system, (tx) =>
    tx.query<{
      captured: bigint;
      refunded: bigint;
      usage: bigint;
      open: bigint;
      carried: bigint;
      held: bigint;
    }>(
      `select
         (select coalesce(sum(captured_micros), 0)::bigint from payment where program_id = $1) as captured,
         (select coalesce(sum(amount_micros), 0)::bigint from refund where program_id = $1) as refunded,
         (select coalesce(sum(amount_micros), 0)::bigint from usage_record where merchant_id = $2) as usage,
         (select coalesce(sum(total_micros + owed_in_micros), 0)::bigint from usage_window where program_id = $1 and state = 'open') as open,
         (select coalesce(sum(credits_posted - debits_posted), 0)::bigint from ledger.account where program_ref = $1 and code = 90) as carried,
         (select count(*) from payment where program_id = $1 and state in ('authorised', 'in_review')) as held`,
      [world.programId, world.merchantId],
    ),
  );
  const sums = rows[0];
  if (!sums) throw new Error("no sums");
  expect(sums.captured).toBeGreaterThan(0n);
  expect(sums.refunded).toBeGreaterThan(0n);
  expect(sums.held).toBe(0n);
  const clearing = await balanceOf(clearingAccount(world.programId, "EUR"));
  expect(clearing).toEqual({ posted: sums.captured - sums.refunded, debitsPending: 0n, creditsPending: 0n });
  const balances = await Promise.all(wallets.map((wallet) => balanceOf(walletAccount(wallet.id, "EUR"))));
  for (const balance of balances) {
    expect(balance.posted).toBeGreaterThanOrEqual(0n);
    expect(balance.debitsPending).toBe(0n);
  }
  const left = balances.reduce((sum, balance) => sum + balance.posted, 0n);
  expect((await balanceOf(receivableAccount(world.programId, "EUR"))).posted).toBe(-OPENING * 4n);
  expect(left + clearing.posted + sums.carried).toBe(OPENING * 4n);
  const { rows: paid } = await withScope(system, (tx) =>
    tx.query<{ paid: bigint }>(
      "select coalesce(sum(captured_micros), 0)::bigint as paid from payment where program_id = $1 and source = 'usage'",
      [world.programId],
    ),
  );
  expect((paid[0]?.paid ?? 0n) + sums.carried + sums.open).toBe(sums.usage);
  // Every stored answer tells of a payment that exists, and every device payment has its answer.
  const { rows: orphans } = await withScope(system, (tx) =>
    tx.query(
      `select p.id from payment p where p.program_id = $1 and p.source = 'device'
         and not exists (select 1 from idempotency_key k where k.payment_id = p.id)
       union all select k.payment_id from idempotency_key k where not exists (select 1 from payment p where p.id = k.payment_id)`,
      [world.programId],
    ),
  );
  expect(orphans).toEqual([]);
}, 120_000);
