/** Why a case is decided as it is, in the order of the keys that choose it. */
import type { Verdict } from "@/components/review/case-types";
import type { DecisionReason } from "@/server/fraud/constants";

export const REASON_LABELS: Record<DecisionReason, string> = {
  fraud: "Fraud",
  mistake: "Mistake",
  genuine: "Genuine",
  cannot_tell: "Cannot tell",
};

export const REASON_HINTS: Record<DecisionReason, string> = {
  fraud: "The payer did not mean to pay this",
  mistake: "Of the payer, the device or the merchant",
  genuine: "The payer is who they should be",
  cannot_tell: "Decided on balance",
};

export const REASONS_OF: Record<Verdict, readonly DecisionReason[]> = {
  approve: ["genuine", "mistake", "cannot_tell"],
  decline: ["fraud", "mistake", "cannot_tell"],
};
