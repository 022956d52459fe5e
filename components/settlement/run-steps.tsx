import type { ReactNode } from "react";
import { exceptionTitle } from "@/components/settlement/run-words";
import { ExactTime } from "@/components/time/relative-time";
import { type Step, Stepper } from "@/components/ui/stepper";
import { RUN_STATES, type RunState } from "@/server/settlement/constants";
import type { RunView } from "@/server/settlement/schema";

const LABELS: Record<RunState, string> = {
  open: "Opened",
  closing: "Closing",
  calculated: "Calculated",
  approved: "Approved",
  paying: "Paying",
  settled: "Settled",
};

/** From the opening of a run to the last paid payout: what is done, by whom, and where it stands or stopped. */
export function RunSteps({ run }: { run: RunView }) {
  const at = RUN_STATES.indexOf(run.state);
  const stateOf = (index: number): Step["state"] => {
    if (run.stoppedBy && index === Math.max(1, at)) return "failed";
    if (index < at || run.state === "settled") return "done";
    if (index > at + 1) return "waiting";
    // "Calculated" and "approved" name what has happened; what comes after them is what waits now.
    if (index === at)
      return run.state === "open" || run.state === "closing" || run.state === "paying" ? "current" : "done";
    return run.state === "calculated" || run.state === "approved" ? "current" : "waiting";
  };
  const counts = run.payoutCounts;
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const left = ["submitted", "paid", "failed", "returned"].reduce((sum, key) => sum + (counts[key] ?? 0), 0);
  const details: Record<RunState, ReactNode> = {
    open: (
      <>
        <ExactTime at={run.createdAt} />, {run.createdBy?.name ?? "by the platform"}
      </>
    ),
    closing: run.stoppedBy
      ? exceptionTitle(run.stoppedBy)
      : run.calculatedAt
        ? "period frozen, clearing explained"
        : "freezing the period",
    calculated: run.calculatedAt ? <ExactTime at={run.calculatedAt} /> : "statements and payouts",
    approved: run.approvedAt ? (
      <>
        <ExactTime at={run.approvedAt} />, {run.approvedBy?.name}
      </>
    ) : (
      "by a second person"
    ),
    paying: total > 0 && at >= 3 ? `${left} of ${total - (counts.cancelled ?? 0)} sent` : "sent to the bank",
    settled: run.settledAt ? <ExactTime at={run.settledAt} /> : "all answered by the bank",
  };
  return (
    <Stepper
      steps={RUN_STATES.map((state, index) => ({
        id: state,
        label: LABELS[state],
        detail: details[state],
        state: stateOf(index),
      }))}
    />
  );
}
