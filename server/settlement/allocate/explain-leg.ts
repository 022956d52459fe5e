/** Plain sentences for legs: "8.875% tax included in 14.11 EUR: 1.15 EUR". */
import { formatMicros, minorDigits } from "@/server/platform/money";
import type { CompiledAgreement, CompiledStep, WeightedParties } from "./compile-agreement";
import type { Part } from "./distribute-step";

export interface StepFigures {
  /** All in minor units: the payment, what remained before the step, what the step wanted, could take and got. */
  gross: bigint;
  remaining: bigint;
  wanted: bigint;
  ceilingLeft: bigint | null;
  got: bigint;
}

/** How one leg came about. `parts` are its pieces: one, or several when a payment stands in several brackets. */
export function explainLeg(
  agreement: CompiledAgreement,
  step: CompiledStep,
  figures: StepFigures,
  leg: { amount: bigint; short: bigint; parts: readonly Part[] },
): string {
  const money = (units: bigint) =>
    `${formatMicros(units * agreement.unitMicros, minorDigits(agreement.currency))} ${agreement.currency}`;
  const sentence = `${explainStep(step, figures, leg.parts, money)}: ${money(leg.amount)}`;
  if (leg.short === 0n) return sentence;
  return `${sentence}, ${money(leg.short)} short because ${explainShortage(step, figures, money)}`;
}

type FormatMoney = (units: bigint) => string;

function explainStep(
  step: CompiledStep,
  { gross, remaining, got }: StepFigures,
  parts: readonly Part[],
  money: FormatMoney,
): string {
  switch (step.kind) {
    case "tax":
      return `${step.text} tax ${step.inclusive ? "included in" : "on"} ${money(gross)}`;
    case "percent": {
      const base = step.ofGross ? money(gross) : `the remaining ${money(remaining)}`;
      const least = step.min === null ? "" : `, at least ${money(step.min)}`;
      const most = step.max === null ? "" : `, at most ${money(step.max)}`;
      return `${step.text} of ${base}${least}${most}`;
    }
    case "fixed":
      return `fixed ${money(step.amount)}`;
    case "share": {
      const parties = parts.map((part) => explainShare(step.shares, part, money(got)));
      return `${explainPool(step, gross, remaining, money)}${parties.join(" and ")}`;
    }
    case "tiers": {
      const brackets = parts
        .filter((part) => part.amount > 0n)
        .map((part) => {
          const bracket = step.brackets[part.bracket];
          if (!bracket) throw new Error(`Step "${step.id}" has no bracket ${part.bracket}.`);
          const previous = step.brackets[part.bracket - 1]?.upTo ?? null;
          const span =
            bracket.upTo === null
              ? previous === null
                ? ""
                : `above ${money(previous)}`
              : `up to ${money(bracket.upTo)}`;
          const parts = explainShare(bracket.shares, part, money(part.pool)) || money(part.pool);
          return span === "" ? parts : `${parts} ${span}`;
        });
      return listed(explainPool(step, gross, remaining, money), brackets);
    }
  }
}

function listed(pool: string, pieces: readonly string[]): string {
  const said = pieces.filter((piece) => piece !== "");
  return said.length === 0 ? pool : `${pool}, ${said.join(" and ")}`;
}

function explainPool(
  step: { text: string; ofGross: boolean; portion: { num: bigint; den: bigint } },
  gross: bigint,
  remaining: bigint,
  money: FormatMoney,
): string {
  if (step.ofGross) return `${step.text} of ${money(gross)}`;
  if (step.portion.num === step.portion.den) return `all of the remaining ${money(remaining)}`;
  return `${step.text} of the remaining ${money(remaining)}`;
}

/** Nothing to add when one party takes the whole pool. */
function explainShare(shares: WeightedParties, part: Part, pool: string): string {
  const weight = shares.weights[part.share] ?? 0n;
  if (weight === shares.weightSum && shares.weights.length === 1) return "";
  const dust = part.amount - (part.pool * weight) / shares.weightSum;
  return `${weight} of ${shares.weightSum} parts of ${pool}${dust > 0n ? " (with rounding)" : ""}`;
}

function explainShortage(step: CompiledStep, figures: StepFigures, money: FormatMoney): string {
  const { ceilingLeft, remaining, wanted } = figures;
  if (step.ceiling !== null && ceilingLeft !== null && ceilingLeft < wanted && ceilingLeft <= remaining) {
    return `the ceiling of ${money(step.ceiling)} for the period is reached`;
  }
  return `only ${money(remaining)} remained`;
}
