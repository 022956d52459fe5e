/** What refunds and chargebacks take back, and from whom. */
import { type Currency, microsPerMinor } from "@/server/platform/money";
import { type AgreementTerms, MERCHANT } from "../agreement/shape";
import { splitByWeights } from "./split-weights";

/** What earlier refunds left of a leg (micros, whole minor units, not negative). */
export interface LegLeft {
  to: string;
  step: string;
  leftMicros: bigint;
}

/** Money to take back from one party. */
export interface ReversalLeg {
  to: string;
  step: string;
  amountMicros: bigint;
}

/** Step id under which a chargeback stands whose bearer is one party. No step of an agreement may begin with "$". */
export const CHARGEBACK_STEP = "$chargeback";

/**
 * Divides a refund over the legs of its payment in proportion to what is left of each, by largest remainder with
 * ties to the earlier leg. No leg is taken back beyond what is left of it, and the refund that takes the last of a
 * payment is the exact inverse of what was left. Answers legs above zero only, in the order given.
 *
 * Running bases (gross of the period, ceilings) are not changed by a refund. Throws RangeError when the amount is
 * not above zero, is finer than the minor unit, or exceeds what is left: callers refuse that before.
 */
export function refundLegs(
  legsLeft: readonly LegLeft[],
  amountMicros: bigint,
  currency: Currency,
): ReversalLeg[] {
  const unit = microsPerMinor(currency);
  const left = legsLeft.map(({ leftMicros }) => wholeUnits(leftMicros, unit));
  const amount = wholeUnits(amountMicros, unit);
  const total = left.reduce((sum, units) => sum + units, 0n);
  if (amount <= 0n || amount > total)
    throw new RangeError(`A refund must be above zero and at most what is left.`);
  const parts = splitByWeights(amount, left, "largest-remainder");
  return legsLeft.flatMap(({ to, step }, at) => {
    const part = parts[at] ?? 0n;
    return part === 0n ? [] : [{ to, step, amountMicros: part * unit }];
  });
}

/** The legs after a reversal: what is left of each. Throws when a reversal exceeds its leg or names none. */
export function subtractReversal(legsLeft: readonly LegLeft[], reversal: readonly ReversalLeg[]): LegLeft[] {
  const result = legsLeft.map((leg) => ({ ...leg }));
  for (const { to, step, amountMicros } of reversal) {
    const leg = result.find((candidate) => candidate.to === to && candidate.step === step);
    if (!leg || leg.leftMicros < amountMicros)
      throw new RangeError(`Nothing left of ${step} for ${to} to reverse.`);
    leg.leftMicros -= amountMicros;
  }
  return result;
}

/**
 * Who pays a charged-back amount: with bearer "by-legs" every party in proportion, exactly as a refund; otherwise
 * the bearer alone ("$merchant", also when the agreement says nothing, is the merchant that took the payment), and
 * the other parties keep what they were allocated. Throws as `refundLegs` does.
 */
export function chargebackLegs(
  terms: Pick<AgreementTerms, "chargebacks">,
  legsLeft: readonly LegLeft[],
  amountMicros: bigint,
  merchant: string,
  currency: Currency,
): ReversalLeg[] {
  const byLegs = refundLegs(legsLeft, amountMicros, currency);
  const bearer = terms.chargebacks?.bearer ?? MERCHANT;
  if (bearer === "by-legs") return byLegs;
  return [{ to: bearer === MERCHANT ? merchant : bearer, step: CHARGEBACK_STEP, amountMicros }];
}

function wholeUnits(micros: bigint, unit: bigint): bigint {
  if (micros < 0n || micros % unit !== 0n) {
    throw new RangeError(`${micros} micros is not a non-negative amount in whole minor units.`);
  }
  return micros / unit;
}
