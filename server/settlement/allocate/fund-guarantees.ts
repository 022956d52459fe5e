/** Guarantees at settlement: who tops up whom, and what nobody could fund. */
import {
  type Currency,
  formatMicros,
  microsPerMinor,
  minorDigits,
  parseMinorMicros,
} from "@/server/platform/money";
import { mustParseRational, toWholeWeights } from "../agreement/rational";
import type { Guarantee } from "../agreement/shape";
import { splitByWeights } from "./split-weights";

export interface GuaranteeResult {
  to: string;
  guaranteedMicros: bigint;
  /** What the party was allocated in the period, net of refunds. */
  allocatedMicros: bigint;
  /** Guaranteed less allocated, if positive, otherwise zero. */
  shortfallMicros: bigint;
  /** What each funder gives, above zero only. Adds up to the shortfall less what is unfunded. */
  funded: { from: string; amountMicros: bigint }[];
  unfundedMicros: bigint;
  why: string;
}

/**
 * Reckons the guarantees of a period in the order listed. `netMicros` is each party's allocation in the period net
 * of refunds (whole minor units; a party that is missing had none). The shortfall is divided among the funders by
 * weight (largest remainder, ties to the earlier listed); each gives at most its own allocation less what it gave to
 * guarantees before, and never what it received from one. A funder answers for its own part only: what it cannot
 * give is reported as unfunded and is not laid on the others.
 */
export function fundGuarantees(
  guarantees: readonly Guarantee[],
  netMicros: ReadonlyMap<string, bigint>,
  currency: Currency,
): GuaranteeResult[] {
  const unit = microsPerMinor(currency);
  const givenUnits = new Map<string, bigint>();
  return guarantees.map((guarantee) => {
    const guaranteedMicros = parseMinorMicros(guarantee.amount, currency);
    const allocatedMicros = netMicros.get(guarantee.to) ?? 0n;
    const shortfallMicros = guaranteedMicros > allocatedMicros ? guaranteedMicros - allocatedMicros : 0n;
    const weights = toWholeWeights(guarantee.fundedBy.map(({ weight }) => mustParseRational(weight)));
    const wanted = splitByWeights(shortfallMicros / unit, weights, "largest-remainder");
    let unfundedMicros = shortfallMicros;
    const funded = guarantee.fundedBy.flatMap(({ from }, at) => {
      const given = givenUnits.get(from) ?? 0n;
      const able = (netMicros.get(from) ?? 0n) / unit - given;
      const asked = wanted[at] ?? 0n;
      const gives = asked < able ? asked : able;
      if (gives <= 0n) return [];
      givenUnits.set(from, given + gives);
      unfundedMicros -= gives * unit;
      return [{ from, amountMicros: gives * unit }];
    });
    const figures = {
      to: guarantee.to,
      guaranteedMicros,
      allocatedMicros,
      shortfallMicros,
      funded,
      unfundedMicros,
    };
    return { ...figures, why: explain(figures, currency) };
  });
}

function explain(result: Omit<GuaranteeResult, "why">, currency: Currency): string {
  const money = (micros: bigint) => `${formatMicros(micros, minorDigits(currency))} ${currency}`;
  const standing = `guaranteed ${money(result.guaranteedMicros)}, allocated ${money(result.allocatedMicros)}`;
  if (result.shortfallMicros === 0n) return `${standing}: nothing to add`;
  const givers = result.funded.map(({ from, amountMicros }) => `${money(amountMicros)} from ${from}`);
  if (result.unfundedMicros > 0n) givers.push(`${money(result.unfundedMicros)} could not be funded`);
  return `${standing}: short by ${money(result.shortfallMicros)}, ${givers.join(", ")}`;
}
