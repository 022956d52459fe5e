/** What one version of an agreement says differently from another. */
import { type NameOf, stepSentence } from "@/components/agreements/step-sentence";
import type { Agreement, Step } from "@/server/settlement/agreement/shape";

export interface StepChange {
  rule: string;
  step: string;
  /** Null where the step is new. */
  before: string | null;
  /** Null where it is gone. */
  after: string | null;
}

type Terms = Pick<Agreement, "rules">;

/** Steps that are new, gone or different, in the order of the newer version. */
export function changedSteps(
  before: Terms,
  after: Terms,
  currency: string,
  nameOf: NameOf = (party) => party,
): StepChange[] {
  const changes: StepChange[] = [];
  const say = (step: Step | undefined) => (step ? withShares(step, currency, nameOf) : null);
  for (const rule of after.rules) {
    const old = before.rules.find((each) => each.name === rule.name);
    for (const step of rule.steps) {
      const was = old?.steps.find((each) => each.id === step.id);
      if (JSON.stringify(was) !== JSON.stringify(step)) {
        changes.push({ rule: rule.name, step: step.id, before: say(was), after: say(step) });
      }
    }
    for (const was of old?.steps ?? []) {
      if (!rule.steps.some((step) => step.id === was.id)) {
        changes.push({ rule: rule.name, step: was.id, before: say(was), after: null });
      }
    }
  }
  for (const rule of before.rules) {
    if (after.rules.some((each) => each.name === rule.name)) continue;
    for (const was of rule.steps)
      changes.push({ rule: rule.name, step: was.id, before: say(was), after: null });
  }
  return changes;
}

/** Two versions of a share may differ in their weights alone. */
function withShares(step: Step, currency: string, nameOf: NameOf): string {
  const sentence = stepSentence(step, currency);
  if (step.kind !== "share" || step.shares.length < 2) return sentence;
  return `${sentence} (${step.shares.map((share) => `${nameOf(share.to)} ${share.weight}`).join(", ")})`;
}
