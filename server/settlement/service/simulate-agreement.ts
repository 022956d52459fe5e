/** What a version would have paid a party, had it governed payments that are past already. */
import { setImmediate as breathe } from "node:timers/promises";
import { now } from "@/server/platform/clock";
import { withScope } from "@/server/platform/db";
import { notFound } from "@/server/platform/errors";
import { type AgencyScope, type MerchantScope, mintSystemScope } from "@/server/platform/scope";
import { allocate } from "../allocate/allocate-payment";
import { compileAgreement } from "../allocate/compile-agreement";
import { type AllocationBases, EMPTY_BASES } from "../allocate/types";
import { getProgram } from "../repository/read-program";
import {
  findPartyName,
  listPaymentsToReplay,
  type ReplayPayment,
  sumLegsByRule,
} from "../repository/replay-payments";
import { findAgreement } from "../repository/write-agreement";
import { periodAt } from "../rules/plan-periods";
import { money } from "../rules/present";
import type { SimulationView } from "../schema";

const DAYS = 30;
const DAY_MS = 86_400_000;
/** Enough to judge by, few enough to be done while somebody waits. */
const MOST_PAYMENTS = 40_000;
const BREATH_EVERY = 2_000;

/**
 * Splits the payments of the last thirty days, at most the newest 40 000, by a version that the party may read, and
 * holds what the party would have got against what it got, rule by rule. Refunds, guarantees and adjustments are left
 * out on both sides. Nothing is written. An agreement that the scope may not see is `not_found`.
 */
export async function simulateAgreement(
  scope: AgencyScope | MerchantScope,
  agreementId: string,
): Promise<SimulationView> {
  const version = await withScope(scope, (tx) => findAgreement(tx, agreementId));
  if (!version) throw notFound("agreement");
  const to = now();
  const system = mintSystemScope("simulation");
  const { program, payments, before, slug } = await withScope(system, async (tx) => {
    const span = { programId: version.program_id, from: new Date(+to - DAYS * DAY_MS), to };
    const replayed = await listPaymentsToReplay(tx, span, MOST_PAYMENTS);
    const from = replayed[0]?.captured_at ?? span.from;
    return {
      program: await getProgram(tx, version.program_id),
      payments: replayed,
      slug: await findPartyName(tx, scope.organisationId),
      before: await sumLegsByRule(tx, { ...span, from, partyId: scope.organisationId }),
    };
  });
  const compiled = compileAgreement(version.terms, program.currency);
  const bases = new Map<number, AllocationBases>();
  const after = new Map<string, bigint>();
  for (const [index, payment] of payments.entries()) {
    if (index % BREATH_EVERY === BREATH_EVERY - 1) await breathe();
    const period = +periodAt(program, payment.captured_at).start;
    const split = allocate(
      compiled,
      asAllocationPayment(payment, program.timeZone),
      bases.get(period) ?? EMPTY_BASES,
      {
        explain: false,
      },
    );
    bases.set(period, split.bases);
    for (const leg of split.legs) {
      if (leg.to === slug) after.set(split.rule, (after.get(split.rule) ?? 0n) + leg.amountMicros);
    }
  }
  const rules = [...new Set([...before.keys(), ...after.keys()])];
  const view = (micros: bigint) => money(micros, program.currency);
  const sum = (values: Iterable<bigint>) => [...values].reduce((total, value) => total + value, 0n);
  return {
    from: (payments[0]?.captured_at ?? new Date(+to - DAYS * DAY_MS)).toISOString(),
    to: to.toISOString(),
    payments: payments.length,
    rows: rules
      .map((rule) => ({ rule, before: before.get(rule) ?? 0n, after: after.get(rule) ?? 0n }))
      .sort((a, b) => (a.after < b.after ? 1 : -1))
      .map((row) => ({ rule: row.rule, before: view(row.before), after: view(row.after) })),
    before: view(sum(before.values())),
    after: view(sum(after.values())),
  };
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
