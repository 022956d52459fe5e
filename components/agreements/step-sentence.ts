/** Steps of an agreement as sentences. */
import type { Step } from "@/server/settlement/agreement/shape";

/** Who a step or a share names: the merchant of the payment, the operator or an organisation. */
export type NameOf = (party: string) => string;

const per = (text: string) => (text.endsWith("%") ? text.replace("%", "\u2009%") : text);

/** What a step takes, without who gets it. */
export function stepSentence(step: Step, currency: string): string {
  const ceiling = step.perPeriodMax ? `, at most ${step.perPeriodMax} ${currency} a period` : "";
  switch (step.kind) {
    case "tax":
      return `${per(step.rate)} tax${step.inclusive ? ", included in the price" : " on top of the net price"}${ceiling}`;
    case "percent": {
      const limits = [
        step.min ? `at least ${step.min} ${currency}` : "",
        step.max ? `at most ${step.max} ${currency}` : "",
      ].filter(Boolean);
      const of = step.of === "remaining" ? "of what remains" : "of the payment";
      return `${per(step.rate)} ${of}${limits.length > 0 ? `, ${limits.join(", ")}` : ""}${ceiling}`;
    }
    case "fixed":
      return `${step.amount} ${currency} a payment${ceiling}`;
    case "share":
      return `${portionWords(step.portion)} ${step.of === "gross" ? "of the payment" : "of what remains"}${ceiling}`;
    case "tiers":
      return `${portionWords(step.portion)} ${
        step.of === "gross" ? "of the payment" : "of what remains"
      }, by the program's takings in the period${ceiling}`;
  }
}

function portionWords(portion: string | undefined): string {
  return portion === undefined || portion === "100%" ? "All" : per(portion);
}

/** Who gets a step, with weights where several do. */
export function recipientsOf(
  step: Step,
  nameOf: NameOf,
): { party: string; name: string; part: string | null }[] {
  if (step.kind === "share") return sharesOf(step.shares, nameOf);
  if (step.kind === "tiers") {
    const parties = [...new Set(step.brackets.flatMap((bracket) => bracket.shares.map((share) => share.to)))];
    return parties.map((party) => ({ party, name: nameOf(party), part: null }));
  }
  return [{ party: step.to, name: nameOf(step.to), part: null }];
}

export function sharesOf(shares: readonly { to: string; weight: string }[], nameOf: NameOf) {
  return shares.map((share) => ({
    party: share.to,
    name: nameOf(share.to),
    part: shares.length > 1 ? share.weight : null,
  }));
}

/** When a rule applies: "EV chargers, 18:00-06:00, zone harbor"; everything else when nothing is said. */
export function conditionSentence(
  when: { deviceKind?: readonly string[]; hours?: readonly string[]; zone?: readonly string[] } | undefined,
  kindWords: (kind: string) => string,
): string {
  if (!when) return "Every payment that no rule above takes";
  return [
    when.deviceKind?.map(kindWords).join(", "),
    when.hours?.map((hours) => hours.replace("-", " to ")).join(", "),
    when.zone ? `zone ${when.zone.join(", ")}` : undefined,
  ]
    .filter(Boolean)
    .join("; ");
}
