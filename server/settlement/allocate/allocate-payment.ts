/** The split of one captured payment: a pure function of the agreement, the payment and the running figures. */
import { type CompiledAgreement, type CompiledRule, type CompiledStep, wantedBy } from "./compile-agreement";
import { distribute, type Part, type Position } from "./distribute-step";
import { explainLeg, type StepFigures } from "./explain-leg";
import type { Allocation, AllocationBases, AllocationPayment, Leg } from "./types";

/**
 * Splits a captured payment by the first rule that matches, step by step over what remains. The legs add up to the
 * payment; none is negative; a leg of zero is left out unless it fell short. Deterministic, without clock or I/O.
 *
 * A step that is cut by its ceiling or by what remains records the rest as `shortMicros`, divided among its parties
 * by the same weights, brackets and dust policy as its money.
 *
 * `bases` are the figures before this payment; payments of a program must be given in capture order.
 * `explain: false` leaves `why` empty, for bulk work. Throws when the amount is negative or not in whole minor units.
 */
export function allocate(
  agreement: CompiledAgreement,
  payment: AllocationPayment,
  bases: AllocationBases,
  options: { explain?: boolean } = {},
): Allocation {
  const unit = agreement.unitMicros;
  const gross = payment.amountMicros / unit;
  if (gross < 0n || gross * unit !== payment.amountMicros) {
    throw new RangeError(`${payment.amountMicros} micros is not a non-negative amount in whole minor units.`);
  }
  const rule = matchRule(agreement, payment);
  const position: Position = {
    gross,
    basisBefore: bases.programGrossMicros / unit,
    merchant: payment.merchant,
    dust: agreement.dust,
  };
  const legs: Leg[] = [];
  let takenMicros = bases.takenMicros;
  let remaining = gross;

  for (const step of rule.steps) {
    const wanted = wantedBy(step, gross, remaining);
    const taken = (takenMicros.get(step.id) ?? 0n) / unit;
    const ceilingLeft = step.ceiling === null ? null : highest(step.ceiling - taken, 0n);
    const got = lowest(ceilingLeft === null ? wanted : lowest(wanted, ceilingLeft), remaining);
    const figures = { gross, remaining, wanted, ceilingLeft, got };
    const explained = options.explain === false ? null : figures;
    legs.push(...legsOf(agreement, step, got, wanted - got, position, explained));
    if (step.ceiling !== null && got > 0n)
      takenMicros = new Map(takenMicros).set(step.id, (taken + got) * unit);
    remaining -= got;
  }
  if (remaining !== 0n) throw new Error(`Rule "${rule.name}" left ${remaining} minor units unassigned.`);
  return {
    rule: rule.name,
    legs,
    bases: { programGrossMicros: bases.programGrossMicros + payment.amountMicros, takenMicros },
  };
}

function matchRule(agreement: CompiledAgreement, payment: AllocationPayment): CompiledRule {
  const rule = agreement.rules.find(({ matches }) => matches(payment));
  if (!rule) throw new Error("No rule matches; the last rule of a validated agreement always does.");
  return rule;
}

function legsOf(
  agreement: CompiledAgreement,
  step: CompiledStep,
  got: bigint,
  short: bigint,
  position: Position,
  figures: StepFigures | null,
): Leg[] {
  if (got === 0n && short === 0n) return [];
  const byParty = new Map<string, { amount: bigint; short: bigint; parts: Part[] }>();
  const entryOf = (to: string) => {
    const entry = byParty.get(to) ?? { amount: 0n, short: 0n, parts: [] };
    byParty.set(to, entry);
    return entry;
  };
  for (const part of distribute(step, got, position)) {
    const entry = entryOf(part.to);
    entry.amount += part.amount;
    entry.parts.push(part);
  }
  if (short > 0n) for (const part of distribute(step, short, position)) entryOf(part.to).short += part.amount;
  return [...byParty].flatMap(([to, entry]) => {
    if (entry.amount === 0n && entry.short === 0n) return [];
    const why = figures ? explainLeg(agreement, step, figures, entry) : "";
    const { unitMicros } = agreement;
    return [
      {
        to,
        step: step.id,
        amountMicros: entry.amount * unitMicros,
        shortMicros: entry.short * unitMicros,
        why,
      },
    ];
  });
}

function lowest(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function highest(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
