/** Who an agreement names: the parties whose approval a version needs. */
import { type AgreementTerms, MERCHANT, type Step } from "./shape";

/**
 * Short names of every party that the agreement names, sorted, each once: in steps (also with weight zero), as taker
 * of dust, in guarantees and as bearer of chargebacks. `$merchant` names nobody in particular and is not listed;
 * `dependsOnMerchant` tells whether it occurs.
 */
export function listNamedParties(terms: AgreementTerms): string[] {
  return [...allNames(terms)].filter((name) => name !== MERCHANT).sort();
}

/** Whether any step, dust policy or chargeback rule refers to the merchant that took the payment. */
export function dependsOnMerchant(terms: AgreementTerms): boolean {
  return allNames(terms).has(MERCHANT);
}

function allNames(terms: AgreementTerms): Set<string> {
  const names = new Set<string>(terms.rules.flatMap((rule) => rule.steps.flatMap(namesInStep)));
  if (typeof terms.dust === "object") names.add(terms.dust.to);
  for (const guarantee of terms.guarantees ?? []) {
    names.add(guarantee.to);
    for (const { from } of guarantee.fundedBy) names.add(from);
  }
  const bearer = terms.chargebacks?.bearer ?? MERCHANT;
  if (bearer !== "by-legs") names.add(bearer);
  return names;
}

function namesInStep(step: Step): string[] {
  if (step.kind === "share") return step.shares.map(({ to }) => to);
  if (step.kind === "tiers") return step.brackets.flatMap(({ shares }) => shares.map(({ to }) => to));
  return [step.to];
}
