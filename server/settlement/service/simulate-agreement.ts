/** What a proposed version would have paid each party, had it governed payments that are past already. */
import { setImmediate as breathe } from "node:timers/promises";
import { now } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { notFound } from "@/server/platform/errors";
import { openRound } from "@/server/platform/job-items";
import { type AgencyScope, type MerchantScope, mintSystemScope } from "@/server/platform/scope";
import { allocate } from "../allocate/allocate-payment";
import { compileAgreement } from "../allocate/compile-agreement";
import { type AllocationBases, EMPTY_BASES } from "../allocate/types";
import {
  findSimulation,
  listPaymentsToReplay,
  listProposalsToSimulate,
  listSimulatedRules,
  type ReplayPayment,
  replaceSimulation,
  type SimulatedRule,
  sumLegsByRule,
} from "../repository/keep-simulations";
import { getProgram } from "../repository/read-program";
import { findAgreement } from "../repository/write-agreement";
import { periodAt } from "../rules/plan-periods";
import type { SimulationView } from "../schema";
import { money } from "../view/present";

const DAYS = 30;
const DAY_MS = 86_400_000;
const BATCH = 5_000;
const BREATH_EVERY = 1_000;
/** A proposal that waits for long is held against newer payments once a day. */
const STALE_AFTER_MS = DAY_MS;

/**
 * The comparison of a proposed version for the party that asks: what it got of the payments of the last thirty days
 * against what the version would have given it, rule by rule. Refunds, guarantees and adjustments are left out on both
 * sides. Null while the worker has not reckoned it yet. An agreement that the scope may not see is `not_found`.
 */
export async function readSimulation(
  scope: AgencyScope | MerchantScope,
  agreementId: string,
): Promise<SimulationView | null> {
  return await withScope(scope, async (tx) => {
    const version = await findAgreement(tx, agreementId);
    if (!version) throw notFound("agreement");
    const stored = await findSimulation(tx, agreementId);
    if (!stored) return null;
    const { currency } = await getProgram(tx, version.program_id);
    const rows = await listSimulatedRules(tx, agreementId, scope.organisationId);
    const view = (micros: bigint) => money(micros, currency);
    const sum = (values: bigint[]) => values.reduce((total, value) => total + value, 0n);
    return {
      from: stored.span_start.toISOString(),
      to: stored.span_end.toISOString(),
      payments: Number(stored.payment_count),
      rows: rows.map((row) => ({
        rule: row.rule,
        before: view(row.before_micros),
        after: view(row.after_micros),
      })),
      before: view(sum(rows.map((row) => row.before_micros))),
      after: view(sum(rows.map((row) => row.after_micros))),
    };
  });
}

/** Simulates proposals that were not, or not lately; one that fails does not keep the others waiting. */
export async function simulateProposals(): Promise<number> {
  const at = now();
  const waiting = await withScope(mintSystemScope("simulation"), (tx) =>
    listProposalsToSimulate(tx, new Date(+at - STALE_AFTER_MS)),
  );
  const round = await openRound("settlement.simulate-proposals");
  for (const agreementId of waiting) {
    if (round.isWaiting(agreementId)) continue;
    await round.attempt({ id: agreementId, programId: null }, () => simulateAgreement(agreementId));
  }
  return waiting.length;
}

/**
 * Splits the payments of the last thirty days by a version and stores the comparison for every party. It holds one
 * batch of payments in memory at a time. Payments captured while it runs are left out.
 */
export async function simulateAgreement(agreementId: string): Promise<void> {
  const scope = mintSystemScope("simulation");
  const at = now();
  const { version, program } = await withScope(scope, async (tx) => {
    const found = await findAgreement(tx, agreementId);
    if (!found) throw notFound("agreement");
    return { version: found, program: await getProgram(tx, found.program_id) };
  });
  const span = { programId: version.program_id, from: new Date(+at - DAYS * DAY_MS), to: at };
  const compiled = compileAgreement(version.terms, program.currency);
  const bases = new Map<number, AllocationBases>();
  const rules = new Map<string, SimulatedRule>();
  const ruleOf = (slug: string, rule: string) => {
    const key = `${slug} ${rule}`;
    const known = rules.get(key) ?? { slug, rule, beforeMicros: 0n, afterMicros: 0n };
    rules.set(key, known);
    return known;
  };
  let seq = 0n;
  let payments = 0;
  let first: Date | undefined;
  for (;;) {
    const batch = await withScope(scope, (tx) => listPaymentsToReplay(tx, span, seq, BATCH));
    for (const payment of batch) {
      if (++payments % BREATH_EVERY === 0) await breathe();
      first ??= payment.captured_at;
      const period = +periodAt(program, payment.captured_at).start;
      const running = bases.get(period) ?? EMPTY_BASES;
      const split = allocate(compiled, asAllocationPayment(payment, program.timeZone), running, {
        explain: false,
      });
      bases.set(period, split.bases);
      for (const leg of split.legs) ruleOf(leg.to, split.rule).afterMicros += leg.amountMicros;
    }
    seq = batch.at(-1)?.capture_seq ?? seq;
    if (batch.length < BATCH) break;
  }
  const compared = { ...span, from: first ?? span.from };
  await withScope(scope, async (tx) => {
    for (const { slug, rule, micros } of await sumLegsByRule(tx, compared))
      ruleOf(slug, rule).beforeMicros += micros;
    await replaceSimulation(tx, {
      agreementId,
      span: compared,
      payments,
      at,
      rules: [...rules.values()],
    });
  });
}

function asAllocationPayment(payment: ReplayPayment, timeZone: string) {
  return {
    amountMicros: payment.captured_micros,
    merchant: payment.merchant_slug,
    deviceKind: payment.device_kind,
    zone: payment.zone,
    capturedAt: payment.captured_at,
    timeZone,
  };
}
