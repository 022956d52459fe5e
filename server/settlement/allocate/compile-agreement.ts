/** An agreement made ready for many payments: text parsed once, amounts in whole minor units of the currency. */
import { type Currency, microsPerMinor, parseMinorMicros } from "@/server/platform/money";
import { floorTimes, mustParseRational, ONE, type Rational, toWholeWeights } from "../agreement/rational";
import type { AgreementTerms, DustPolicy, Share, Step } from "../agreement/shape";
import { compileCondition, type RuleMatcher } from "./match-rule";

export interface WeightedParties {
  to: readonly string[];
  weights: readonly bigint[];
  weightSum: bigint;
}

interface CompiledBracket {
  /** End of the bracket on the basis, in minor units; null for the last, which has none. */
  upTo: bigint | null;
  shares: WeightedParties;
}

interface StepCommon {
  id: string;
  /** Ceiling per period in minor units, or null. */
  ceiling: bigint | null;
}

export type CompiledStep = StepCommon &
  (
    | { kind: "tax"; to: string; rate: Rational; inclusive: boolean; text: string }
    | {
        kind: "percent";
        to: string;
        rate: Rational;
        ofGross: boolean;
        min: bigint | null;
        max: bigint | null;
        text: string;
      }
    | { kind: "fixed"; to: string; amount: bigint }
    | { kind: "share"; portion: Rational; ofGross: boolean; shares: WeightedParties; text: string }
    | {
        kind: "tiers";
        portion: Rational;
        ofGross: boolean;
        brackets: readonly CompiledBracket[];
        text: string;
      }
  );

export interface CompiledRule {
  name: string;
  matches: RuleMatcher;
  steps: readonly CompiledStep[];
}

export interface CompiledAgreement {
  currency: Currency;
  /** Micros in one minor unit. */
  unitMicros: bigint;
  dust: DustPolicy;
  rules: readonly CompiledRule[];
}

/**
 * Makes validated terms ready for `allocate`. Throws when the terms were not validated for this currency: text that
 * is no rational, or amounts finer than its minor unit.
 */
export function compileAgreement(terms: AgreementTerms, currency: Currency): CompiledAgreement {
  return {
    currency,
    unitMicros: microsPerMinor(currency),
    dust: terms.dust ?? "largest-remainder",
    rules: terms.rules.map((rule) => ({
      name: rule.name,
      matches: compileCondition(rule.when),
      steps: rule.steps.map((step) => compileStep(step, currency)),
    })),
  };
}

function compileStep(step: Step, currency: Currency): CompiledStep {
  const units = (text: string | undefined): bigint | null =>
    text === undefined ? null : parseMinorMicros(text, currency) / microsPerMinor(currency);
  const common = { id: step.id, ceiling: units(step.perPeriodMax) };
  switch (step.kind) {
    case "tax": {
      const rate = mustParseRational(step.rate);
      return {
        ...common,
        kind: "tax",
        to: step.to,
        rate,
        inclusive: step.inclusive ?? false,
        text: step.rate,
      };
    }
    case "percent":
      return {
        ...common,
        kind: "percent",
        to: step.to,
        rate: mustParseRational(step.rate),
        ofGross: step.of !== "remaining",
        min: units(step.min),
        max: units(step.max),
        text: step.rate,
      };
    case "fixed":
      return { ...common, kind: "fixed", to: step.to, amount: units(step.amount) ?? 0n };
    case "share":
      return { ...common, kind: "share", ...compilePool(step), shares: compileShares(step.shares) };
    case "tiers":
      return {
        ...common,
        kind: "tiers",
        ...compilePool(step),
        brackets: step.brackets.map(({ upTo, shares }) => ({
          upTo: units(upTo),
          shares: compileShares(shares),
        })),
      };
  }
}

function compilePool(step: { portion?: string | undefined; of?: "gross" | "remaining" | undefined }) {
  const portion = step.portion === undefined ? ONE : mustParseRational(step.portion);
  return { portion, ofGross: step.of === "gross", text: step.portion ?? "100%" };
}

function compileShares(shares: readonly Share[]): WeightedParties {
  const weights = toWholeWeights(shares.map(({ weight }) => mustParseRational(weight)));
  return {
    to: shares.map(({ to }) => to),
    weights,
    weightSum: weights.reduce((sum, weight) => sum + weight, 0n),
  };
}

/** What a step would take, in minor units, before its ceiling and before it is held against what remains. */
export function wantedBy(step: CompiledStep, gross: bigint, remaining: bigint): bigint {
  switch (step.kind) {
    case "tax": {
      const { num, den } = step.rate;
      return step.inclusive ? (gross * num) / (den + num) : floorTimes(gross, step.rate);
    }
    case "percent": {
      const exact = floorTimes(step.ofGross ? gross : remaining, step.rate);
      const raised = step.min !== null && exact < step.min ? step.min : exact;
      return step.max !== null && raised > step.max ? step.max : raised;
    }
    case "fixed":
      return step.amount;
    case "share":
    case "tiers":
      return floorTimes(step.ofGross ? gross : remaining, step.portion);
  }
}
