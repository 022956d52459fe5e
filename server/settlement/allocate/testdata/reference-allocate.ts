/**
 * A second reckoning of the split, written for clearness from the published rules and sharing no code with the
 * engine: plain fractions as pairs, one unit of dust at a time. Tests hold the engine against it.
 */
import type { AgreementTerms, Share, Step } from "../../agreement/shape";
import type { AllocationBases } from "../types";

type Fraction = [bigint, bigint];

interface ReferenceLeg {
  to: string;
  step: string;
  amount: bigint;
  short: bigint;
}

function fraction(text: string): Fraction {
  if (text.includes("/")) {
    const [num = "0", den = "1"] = text.split("/");
    return [BigInt(num), BigInt(den)];
  }
  const [whole = "0", decimals = ""] = text.replace("%", "").split(".");
  return [BigInt(whole + decimals), 10n ** BigInt(decimals.length) * (text.endsWith("%") ? 100n : 1n)];
}

const cents = (text: string) => BigInt(text.replace(".", ""));
// biome-ignore lint/complexity/useMathMinMax: Math.min takes no bigint.
const least = (...values: bigint[]) => values.reduce((a, b) => (a <= b ? a : b));

/** Legs in minor units of a currency with two decimals; amounts in `terms` must have exactly two. */
export function referenceAllocate(
  terms: AgreementTerms,
  gross: bigint,
  merchant: string,
  bases: AllocationBases,
  unit: bigint,
): ReferenceLeg[] {
  const resolve = (name: string) => (name === "$merchant" ? merchant : name);
  const basis = bases.programGrossMicros / unit;
  const legs: ReferenceLeg[] = [];
  let remaining = gross;
  for (const step of terms.rules.at(-1)?.steps ?? []) {
    const wanted = want(step, gross, remaining);
    const taken = (bases.takenMicros.get(step.id) ?? 0n) / unit;
    const room = step.perPeriodMax === undefined ? wanted : cents(step.perPeriodMax) - taken;
    const got = least(wanted, room < 0n ? 0n : room, remaining);
    remaining -= got;
    const add = (field: "amount" | "short", pieces: [string, bigint][]) => {
      for (const [name, value] of pieces) {
        const to = resolve(name);
        let leg = legs.find((candidate) => candidate.step === step.id && candidate.to === to);
        if (!leg) {
          leg = { to, step: step.id, amount: 0n, short: 0n };
          legs.push(leg);
        }
        leg[field] += value;
      }
    };
    add("amount", pieces(step, got, gross, basis, terms.dust, resolve));
    add("short", pieces(step, wanted - got, gross, basis, terms.dust, resolve));
  }
  return legs.filter(({ amount, short }) => amount > 0n || short > 0n);
}

function want(step: Step, gross: bigint, remaining: bigint): bigint {
  if (step.kind === "fixed") return cents(step.amount);
  if (step.kind === "tax") {
    const [num, den] = fraction(step.rate);
    // A·r/(1+r) with r = num/den is A·num/(den+num).
    return step.inclusive ? (gross * num) / (den + num) : (gross * num) / den;
  }
  if (step.kind === "percent") {
    const [num, den] = fraction(step.rate);
    let value = ((step.of === "remaining" ? remaining : gross) * num) / den;
    if (step.min !== undefined && value < cents(step.min)) value = cents(step.min);
    if (step.max !== undefined && value > cents(step.max)) value = cents(step.max);
    return value;
  }
  const [num, den] = fraction(step.portion ?? "1");
  return ((step.of === "gross" ? gross : remaining) * num) / den;
}

function pieces(
  step: Step,
  amount: bigint,
  gross: bigint,
  basis: bigint,
  dust: AgreementTerms["dust"],
  resolve: (name: string) => string,
): [string, bigint][] {
  if (step.kind === "share") return shared(step.shares, amount, dust, resolve);
  if (step.kind !== "tiers") return [[step.to, amount]];
  const cumulative = step.brackets.map(({ upTo }) => {
    if (upTo === undefined) return gross;
    const inside = least(cents(upTo) - basis, gross);
    return inside < 0n ? 0n : inside;
  });
  return step.brackets.flatMap(({ shares }, k) => {
    const share = (upTo: bigint) => (gross === 0n ? 0n : (amount * upTo) / gross);
    const part = share(cumulative[k] ?? 0n) - (k === 0 ? 0n : share(cumulative[k - 1] ?? 0n));
    return shared(shares, part, dust, resolve);
  });
}

function shared(
  shares: readonly Share[],
  amount: bigint,
  dust: AgreementTerms["dust"],
  resolve: (name: string) => string,
): [string, bigint][] {
  const weights = shares.map(({ weight }) => fraction(weight));
  const common = weights.reduce((product, [, den]) => product * den, 1n);
  const whole = weights.map(([num, den]) => (num * common) / den);
  const sum = whole.reduce((all, value) => all + value, 0n);
  const result = shares.map(({ to }, at) => ({
    to,
    weight: whole[at] ?? 0n,
    value: (amount * (whole[at] ?? 0n)) / sum,
    fraction: (amount * (whole[at] ?? 0n)) % sum,
  }));
  let left = amount - result.reduce((all, { value }) => all + value, 0n);
  const eligible = result.filter(({ weight }) => weight > 0n);
  const named =
    typeof dust === "object" ? eligible.find(({ to }) => resolve(to) === resolve(dust.to)) : undefined;
  while (left > 0n) {
    let next = named ?? eligible.shift();
    if (!named && (dust === undefined || dust === "largest-remainder") && next) {
      const largest = eligible.reduce((best, one) => (one.fraction > best.fraction ? one : best), next);
      if (largest !== next) {
        eligible.splice(eligible.indexOf(largest), 1);
        eligible.unshift(next);
        next = largest;
      }
    }
    if (!next) throw new Error("more dust than parties");
    next.value += 1n;
    left -= 1n;
  }
  return result.map(({ to, value }) => [to, value]);
}
