/** What makes a well-formed agreement unacceptable, above all anything that could leave money unassigned. */
import { parseMicros } from "@/server/platform/money";
import { mustParseRational, ONE } from "./rational";
import type { AgreementTerms, Guarantee, Rule, Step } from "./shape";

type TermIssueCode =
  | "last_rule_conditional"
  | "rule_unreachable"
  | "rule_condition_empty"
  | "rule_name_repeated"
  | "hours_empty"
  | "step_id_repeated"
  | "step_id_ambiguous"
  | "last_step_not_share"
  | "last_step_not_of_remaining"
  | "last_step_portion"
  | "last_step_ceiling"
  | "weights_all_zero"
  | "tiers_not_open_ended"
  | "tiers_not_ascending"
  | "guarantee_to_merchant"
  | "guarantee_self_funded"
  | "guarantee_repeated";

interface TermIssue {
  code: TermIssueCode;
  path: (string | number)[];
  message: string;
}

type Path = (string | number)[];

/** Every reason to refuse these terms, in the order in which they are written; empty when there is none. */
export function findTermIssues(terms: AgreementTerms): TermIssue[] {
  return [
    ...terms.rules.flatMap((rule, index) => ruleIssues(rule, index, terms.rules)),
    ...ambiguousStepIssues(terms.rules),
    ...(terms.guarantees ?? []).flatMap((guarantee, index) =>
      guaranteeIssues(guarantee, index, terms.guarantees ?? []),
    ),
  ];
}

function ruleIssues(rule: Rule, index: number, all: readonly Rule[]): TermIssue[] {
  const issues: TermIssue[] = [];
  const path: Path = ["rules", index];
  const isLast = index === all.length - 1;
  const add = (code: TermIssueCode, message: string, at: Path = []) =>
    issues.push({ code, path: [...path, ...at], message });

  if (isLast && rule.when) {
    add(
      "last_rule_conditional",
      `A payment that no rule matches would stay unassigned: the last rule, "${rule.name}", must have no "when".`,
      ["when"],
    );
  }
  if (!isLast && !rule.when) {
    add(
      "rule_unreachable",
      `"${rule.name}" has no "when" and matches every payment, so the rules after it can never apply.`,
    );
  }
  if (rule.when && !rule.when.deviceKind && !rule.when.hours && !rule.when.zone) {
    add("rule_condition_empty", `The "when" of "${rule.name}" names no condition.`, ["when"]);
  }
  if (all.findIndex((other) => other.name === rule.name) !== index) {
    add(
      "rule_name_repeated",
      `Two rules are called "${rule.name}"; statements name rules, so each needs its own name.`,
      ["name"],
    );
  }
  rule.when?.hours?.forEach((hours, at) => {
    const [from, to] = hours.split("-");
    if (from === to)
      add(
        "hours_empty",
        `"${hours}" begins and ends at the same time; write "00:00-24:00" for the whole day.`,
        ["when", "hours", at],
      );
  });
  const ids = new Set<string>();
  rule.steps.forEach((step, at) => {
    if (ids.has(step.id))
      add("step_id_repeated", `Two steps of "${rule.name}" have the id "${step.id}".`, ["steps", at, "id"]);
    ids.add(step.id);
    issues.push(...stepIssues(step, [...path, "steps", at]));
  });
  issues.push(...lastStepIssues(rule, path));
  return issues;
}

/**
 * A step id is one step of the agreement: statements name it and its ceiling counts all rules in which it stands. So
 * each further mention must be of the same kind, for the same parties, with the same ceiling as the first.
 */
function ambiguousStepIssues(rules: readonly Rule[]): TermIssue[] {
  const firstById = new Map<string, { step: Step; rule: Rule }>();
  const issues: TermIssue[] = [];
  rules.forEach((rule, r) => {
    rule.steps.forEach((step, s) => {
      const first = firstById.get(step.id);
      if (!first) firstById.set(step.id, { step, rule });
      if (!first || first.rule === rule) return;
      const difference = differenceOf(first.step, step);
      if (difference === null) return;
      issues.push({
        code: "step_id_ambiguous",
        path: ["rules", r, "steps", s],
        message: `"${step.id}" is a step of "${first.rule.name}" already, with another ${difference}. One step id is one step of the agreement: give this one its own id, or make them alike.`,
      });
    });
  });
  return issues;
}

function differenceOf(first: Step, other: Step): "kind" | "party" | "ceiling per period" | null {
  if (first.kind !== other.kind) return "kind";
  if (partiesOf(first).join() !== partiesOf(other).join()) return "party";
  const [one, two] = [first, other].map(({ perPeriodMax }) =>
    perPeriodMax === undefined ? null : parseMicros(perPeriodMax),
  );
  return one === two ? null : "ceiling per period";
}

/** Everybody whom a step can pay, sorted; a party of weight zero is named all the same. */
function partiesOf(step: Step): string[] {
  const shares =
    step.kind === "share"
      ? step.shares
      : step.kind === "tiers"
        ? step.brackets.flatMap((bracket) => bracket.shares)
        : [{ to: step.to }];
  return [...new Set(shares.map(({ to }) => to))].sort();
}

function lastStepIssues(rule: Rule, rulePath: Path): TermIssue[] {
  const step = rule.steps.at(-1);
  if (!step) return [];
  const path: Path = [...rulePath, "steps", rule.steps.length - 1];
  const consequence = `money could stay unassigned: the last step of "${rule.name}" must share all that remains`;
  if (step.kind !== "share" && step.kind !== "tiers") {
    return [
      {
        code: "last_step_not_share",
        path,
        message: `"${step.id}" is a ${step.kind} step, so ${consequence}.`,
      },
    ];
  }
  const issues: TermIssue[] = [];
  if (step.of === "gross") {
    issues.push({
      code: "last_step_not_of_remaining",
      path: [...path, "of"],
      message: `"${step.id}" is reckoned from the gross amount, so ${consequence}.`,
    });
  }
  const portion = step.portion === undefined ? ONE : mustParseRational(step.portion);
  if (portion.num !== portion.den) {
    issues.push({
      code: "last_step_portion",
      path: [...path, "portion"],
      message: `"${step.id}" takes only ${step.portion}, so ${consequence}.`,
    });
  }
  if (step.perPeriodMax !== undefined) {
    issues.push({
      code: "last_step_ceiling",
      path: [...path, "perPeriodMax"],
      message: `"${step.id}" has a ceiling per period, so ${consequence}.`,
    });
  }
  return issues;
}

function stepIssues(step: Step, path: Path): TermIssue[] {
  if (step.kind === "share") return weightIssues(step.shares, [...path, "shares"], step.id);
  if (step.kind !== "tiers") return [];
  const issues: TermIssue[] = [];
  let previousEnd = 0n;
  step.brackets.forEach((bracket, at) => {
    const bracketPath: Path = [...path, "brackets", at];
    const isLast = at === step.brackets.length - 1;
    issues.push(...weightIssues(bracket.shares, [...bracketPath, "shares"], step.id));
    if (isLast && bracket.upTo !== undefined) {
      issues.push({
        code: "tiers_not_open_ended",
        path: [...bracketPath, "upTo"],
        message: `Money above ${bracket.upTo} would stay unassigned: the last bracket of "${step.id}" must have no "upTo".`,
      });
    }
    const end = bracket.upTo === undefined ? null : parseMicros(bracket.upTo);
    if ((end === null && !isLast) || (end !== null && end <= previousEnd)) {
      issues.push({
        code: "tiers_not_ascending",
        path: bracketPath,
        message: `The brackets of "${step.id}" must each end above the one before, and only the last may have no "upTo".`,
      });
    }
    if (end !== null) previousEnd = end;
  });
  return issues;
}

function weightIssues(weighted: readonly { weight: string }[], path: Path, what: string): TermIssue[] {
  if (weighted.some(({ weight }) => mustParseRational(weight).num > 0n)) return [];
  const message = `Every weight in "${what}" is zero, so its money would stay unassigned.`;
  return [{ code: "weights_all_zero", path, message }];
}

function guaranteeIssues(guarantee: Guarantee, index: number, all: readonly Guarantee[]): TermIssue[] {
  const issues: TermIssue[] = [];
  const path: Path = ["guarantees", index];
  const parties = [guarantee.to, ...guarantee.fundedBy.map(({ from }) => from)];
  if (parties.includes("$merchant")) {
    issues.push({
      code: "guarantee_to_merchant",
      path,
      message: `A guarantee is settled for the whole program, in which "$merchant" is nobody in particular; name the party.`,
    });
  }
  if (guarantee.fundedBy.some(({ from }) => from === guarantee.to)) {
    issues.push({
      code: "guarantee_self_funded",
      path: [...path, "fundedBy"],
      message: `"${guarantee.to}" cannot fund its own guarantee.`,
    });
  }
  if (all.findIndex((other) => other.to === guarantee.to) !== index) {
    issues.push({
      code: "guarantee_repeated",
      path,
      message: `"${guarantee.to}" has two guarantees; its shortfall would be paid twice.`,
    });
  }
  issues.push(...weightIssues(guarantee.fundedBy, [...path, "fundedBy"], `the guarantee of ${guarantee.to}`));
  return issues;
}
