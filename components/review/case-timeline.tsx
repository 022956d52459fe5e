import { Check, Flag, Gauge, Hourglass, Nfc, Undo2, User, X } from "lucide-react";
import { Money } from "@/components/money/money";
import { type CaseFile, isOpenCase } from "@/components/review/case-types";
import { REASON_LABELS } from "@/components/review/decision-words";
import { ExactTime } from "@/components/time/relative-time";
import { Card } from "@/components/ui/card";
import { Timeline, type TimelineItem } from "@/components/ui/timeline";

const OUTCOMES: Record<string, { title: string; icon: TimelineItem["icon"]; tone: TimelineItem["tone"] }> = {
  approved: { title: "Approved", icon: <Check />, tone: "arrived" },
  declined: { title: "Declined", icon: <X />, tone: "loss" },
  expired: { title: "Declined by policy", icon: <Hourglass />, tone: "neutral" },
  withdrawn: { title: "Withdrawn by the device", icon: <X />, tone: "neutral" },
};

/** What happened to the case, oldest first. */
export function CaseTimeline({
  file,
  me,
  className,
}: {
  file: CaseFile;
  me: string | null;
  className?: string;
}) {
  const { case: found, payment } = file;
  const items: TimelineItem[] = [
    {
      id: "asked",
      time: <ExactTime at={payment.occurredAt} format="millis" />,
      title: (
        <>
          Asked for <Money {...payment.amount} />
        </>
      ),
      detail: `${payment.device?.name ?? "The device"}, paid with ${payment.instrument}`,
      icon: <Nfc />,
    },
    {
      id: "held",
      time: <ExactTime at={found.openedAt} format="millis" />,
      title: `Scored ${found.score} and held`,
      detail: (
        <>
          review until <ExactTime at={found.dueAt} format="dayTime" />
        </>
      ),
      icon: <Gauge />,
      tone: "waiting",
    },
  ];
  if (found.state === "escalated") {
    items.push({
      id: "escalated",
      time: "now",
      title: "Escalated to somebody with more authority",
      icon: <Flag />,
      tone: "loss",
    });
  }
  if (found.claim && isOpenCase(found)) {
    items.push({
      id: "claimed",
      time: "now",
      title: found.claim.userId === me ? "You work on it" : `${found.claim.name} works on it`,
      detail: (
        <>
          until <ExactTime at={found.claim.until} format="time" />, then it goes back to the queue
        </>
      ),
      icon: <User />,
      tone: "accent",
    });
  }
  const outcome = OUTCOMES[found.state];
  if (outcome && found.decision) {
    items.push({
      id: "decided",
      time: <ExactTime at={found.decision.at} format="millis" />,
      title: found.decision.by ? `${outcome.title} by ${found.decision.by}` : outcome.title,
      detail: [found.decision.reason ? REASON_LABELS[found.decision.reason] : null, found.decision.note]
        .filter(Boolean)
        .join(". "),
      icon: outcome.icon,
      tone: outcome.tone,
    });
  }
  if (found.overturn) {
    items.push({
      id: "overturned",
      time: <ExactTime at={found.overturn.at} format="millis" />,
      title: `Overturned by ${found.overturn.by ?? "a colleague"}`,
      detail: `${REASON_LABELS[found.overturn.reason]}. ${found.overturn.note}`,
      icon: <Undo2 />,
      tone: "waiting",
    });
  }
  return (
    <Card title="What happened" level={3} className={className}>
      <Timeline items={items} />
    </Card>
  );
}
