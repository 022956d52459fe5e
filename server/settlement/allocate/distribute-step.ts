/** How the money of one step reaches its parties. */
import { type DustPolicy, MERCHANT } from "../agreement/shape";
import type { CompiledStep, WeightedParties } from "./compile-agreement";
import { type DustRule, splitByWeights } from "./split-weights";

export interface Part {
  to: string;
  amount: bigint;
  /** Which bracket (from 0) of a `tiers` step, and which share of it; zero for the other kinds. */
  bracket: number;
  share: number;
  /** What the bracket as a whole got; for other kinds what the step got. */
  pool: bigint;
}

export interface Position {
  /** The payment's captured amount, and the basis before it, in minor units. */
  gross: bigint;
  basisBefore: bigint;
  merchant: string;
  dust: DustPolicy;
}

function resolveParty(name: string, merchant: string): string {
  return name === MERCHANT ? merchant : name;
}

/** Parts of `amount` (minor units) in the order listed; they add up to it. Parts may be zero. */
export function distribute(step: CompiledStep, amount: bigint, position: Position): Part[] {
  if (step.kind === "share") return distributeShares(step.shares, amount, 0, position);
  if (step.kind !== "tiers") {
    return [{ to: resolveParty(step.to, position.merchant), amount, bracket: 0, share: 0, pool: amount }];
  }
  const amounts = splitByBrackets(
    amount,
    step.brackets.map(({ upTo }) => upTo),
    position,
  );
  return step.brackets.flatMap(({ shares }, bracket) =>
    distributeShares(shares, amounts[bracket] ?? 0n, bracket, position),
  );
}

/**
 * Splits X over the brackets in which A stands between the basis B and B + A: bracket k gets ⌊X·cumₖ/A⌋ less what
 * the brackets before it got, where cumₖ is the part of A at or below the end of bracket k. The last bracket is
 * open, so the parts add up to X. A payment of nothing stands in no bracket; X is then zero as well.
 */
export function splitByBrackets(
  amount: bigint,
  ends: readonly (bigint | null)[],
  { gross, basisBefore }: Pick<Position, "gross" | "basisBefore">,
): bigint[] {
  if (gross === 0n) return ends.map(() => 0n);
  let given = 0n;
  return ends.map((end) => {
    const below = end === null ? gross : clamp(end - basisBefore, gross);
    const upToHere = (amount * below) / gross;
    const part = upToHere - given;
    given = upToHere;
    return part;
  });
}

function clamp(value: bigint, highest: bigint): bigint {
  if (value < 0n) return 0n;
  return value > highest ? highest : value;
}

function distributeShares(
  shares: WeightedParties,
  pool: bigint,
  bracket: number,
  position: Position,
): Part[] {
  const { merchant, dust } = position;
  const to = shares.to.map((name) => resolveParty(name, merchant));
  const amounts = splitByWeights(pool, shares.weights, dustRule(dust, to, shares.weights, merchant));
  return to.map((party, share) => ({ to: party, amount: amounts[share] ?? 0n, bracket, share, pool }));
}

/** A named taker needs a share above zero in this very list; without one, dust goes from the first listed down. */
function dustRule(
  dust: DustPolicy,
  to: readonly string[],
  weights: readonly bigint[],
  merchant: string,
): DustRule {
  if (typeof dust === "string") return dust;
  const taker = resolveParty(dust.to, merchant);
  const at = to.findIndex((party, index) => party === taker && (weights[index] ?? 0n) > 0n);
  return at < 0 ? "first-listed" : { to: at };
}
