/** A policy as sentences, and its fields as people set them. */
import type { FraudTerms } from "@/server/fraud/schema";

export interface RuleField {
  /** Where it stands in the terms: "velocity.windowMinutes". */
  path: string;
  label: string;
  unit: string;
}

export interface RuleGroup {
  id: "thresholds" | "velocity" | "amount" | "travel";
  title: string;
  says: (terms: FraudTerms) => string;
  fields: readonly RuleField[];
}

export function durationWords(minutes: number): string {
  if (minutes % 1440 === 0) return minutes === 1440 ? "a day" : `${minutes / 1440} days`;
  if (minutes % 60 === 0) return minutes === 60 ? "an hour" : `${minutes / 60} hours`;
  return minutes === 1 ? "a minute" : `${minutes} minutes`;
}

export const RULE_GROUPS: readonly RuleGroup[] = [
  {
    id: "thresholds",
    title: "What does a score lead to?",
    says: (terms) =>
      `Every payment starts with ${terms.basePoints} points. From ${terms.reviewAt} on it is held for a reviewer, who has ${durationWords(terms.reviewMinutes)}; afterwards it is declined. ${terms.declineAt > 100 ? "No score declines by itself." : `From ${terms.declineAt} on it is declined at once.`}`,
    fields: [
      { path: "reviewAt", label: "Held from", unit: "points" },
      { path: "declineAt", label: "Declined from", unit: "points" },
      { path: "reviewMinutes", label: "Time to review", unit: "minutes" },
      { path: "basePoints", label: "Every payment starts with", unit: "points" },
    ],
  },
  {
    id: "velocity",
    title: "Many payments in a short time",
    says: ({ velocity }) =>
      `${velocity.freePayments} payments with one card or wallet within ${durationWords(velocity.windowMinutes)} are usual. Each one more adds ${velocity.pointsEach} points, ${velocity.maxPoints} at the most.`,
    fields: [
      { path: "velocity.windowMinutes", label: "Within", unit: "minutes" },
      { path: "velocity.freePayments", label: "Usual", unit: "payments" },
      { path: "velocity.pointsEach", label: "Each more adds", unit: "points" },
      { path: "velocity.maxPoints", label: "At the most", unit: "points" },
    ],
  },
  {
    id: "amount",
    title: "An amount out of the ordinary",
    says: ({ amount }) =>
      `The ordinary is learned from at least ${amount.minObservations} captured payments of the same kind of device. Up to ${amount.freeDeviations} standard deviations above it raise nothing; each one more adds ${amount.pointsPerDeviation} points, ${amount.maxPoints} at the most.`,
    fields: [
      { path: "amount.minObservations", label: "Learned from", unit: "payments" },
      { path: "amount.freeDeviations", label: "Ordinary up to", unit: "deviations" },
      { path: "amount.pointsPerDeviation", label: "Each more adds", unit: "points" },
      { path: "amount.maxPoints", label: "At the most", unit: "points" },
    ],
  },
  {
    id: "travel",
    title: "Faster than anybody travels",
    says: ({ travel }) =>
      `Between two taps up to ${travel.plausibleKmh} km/h are possible. Beyond that ${travel.pointsAtLimit} points are added, and ${travel.pointsPerDoubling} more with each doubling of the speed, ${travel.maxPoints} at the most.`,
    fields: [
      { path: "travel.plausibleKmh", label: "Possible up to", unit: "km/h" },
      { path: "travel.pointsAtLimit", label: "Beyond it", unit: "points" },
      { path: "travel.pointsPerDoubling", label: "Each doubling adds", unit: "points" },
      { path: "travel.maxPoints", label: "At the most", unit: "points" },
    ],
  },
];

export type FlatTerms = Readonly<Record<string, string>>;

/** Terms as texts by path, for a form. */
export function flatten(terms: FraudTerms): FlatTerms {
  return Object.fromEntries(
    Object.entries(terms).flatMap(([key, value]) =>
      typeof value === "number"
        ? [[key, String(value)]]
        : Object.entries(value).map(([inner, number]) => [`${key}.${inner}`, String(number)]),
    ),
  );
}

/** The form back as terms, to be parsed; text that is no number becomes one that no schema accepts. */
export function unflatten(flat: FlatTerms): Record<string, unknown> {
  const terms: Record<string, unknown> = {};
  for (const [path, text] of Object.entries(flat)) {
    const value = text.trim() === "" ? Number.NaN : Number(text.replace(",", "."));
    const [group, field] = path.split(".");
    if (!group) continue;
    if (field === undefined) terms[group] = value;
    else terms[group] = { ...(terms[group] as object | undefined), [field]: value };
  }
  return terms;
}
