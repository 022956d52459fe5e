import { ExactTime } from "@/components/time/relative-time";
import { type Step, Stepper } from "@/components/ui/stepper";
import type { PayoutView } from "@/server/settlement/schema";

const ORDER = ["proposed", "approved", "submitted", "paid"] as const;

/** Calculated, approved, sent, paid: when each happened, and where it stands or stopped. */
export function PayoutSteps({ payout }: { payout: PayoutView }) {
  const failed = payout.state === "failed" || payout.state === "returned" || payout.state === "cancelled";
  const reached = [payout.createdAt, payout.approvedAt, payout.submittedAt, payout.paidAt];
  const last = failed
    ? reached.filter(Boolean).length - 1
    : ORDER.indexOf(payout.state as (typeof ORDER)[number]);
  const stateOf = (index: number): Step["state"] => {
    if (index <= last) return "done";
    if (index > last + 1) return "waiting";
    return failed ? "failed" : "current";
  };
  const steps: Step[] = [
    { id: "calculated", label: "Calculated", detail: <ExactTime at={payout.createdAt} />, state: stateOf(0) },
    {
      id: "approved",
      label: "Approved",
      detail: payout.approvedAt ? (
        <>
          <ExactTime at={payout.approvedAt} />, second person
        </>
      ) : (
        "waits for a second person"
      ),
      state: stateOf(1),
    },
    {
      id: "sent",
      label: "Sent to bank",
      detail: payout.submittedAt ? <ExactTime at={payout.submittedAt} /> : "with the next bank file",
      state: stateOf(2),
    },
    { id: "paid", label: "Paid", detail: <PaidWords payout={payout} />, state: stateOf(3) },
  ];
  if (failed) {
    const at = steps.findIndex((step) => step.state === "failed");
    const stopped = steps[at === -1 ? steps.length - 1 : at];
    if (stopped) {
      stopped.state = "failed";
      stopped.label = STOPPED[payout.state] ?? stopped.label;
      stopped.detail = (
        <>
          {payout.failedAt ? <ExactTime at={payout.failedAt} /> : null}
          {payout.failedAt && payout.failureReason ? ", " : null}
          {payout.failureReason}
        </>
      );
    }
  }
  return <Stepper steps={steps} />;
}

const STOPPED: Record<string, string> = {
  failed: "Refused by the bank",
  returned: "Returned by the bank",
  cancelled: "Cancelled",
};

function PaidWords({ payout }: { payout: PayoutView }) {
  if (payout.paidAt) {
    return (
      <>
        <ExactTime at={payout.paidAt} />, confirmed
      </>
    );
  }
  if (!payout.dueOn) return "not yet";
  return (
    <>
      expected <ExactTime at={`${payout.dueOn}T12:00:00Z`} format="weekday" />
    </>
  );
}
