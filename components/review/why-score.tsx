import { WaterfallBars } from "@/components/charts/waterfall-bars";
import type { CaseFile } from "@/components/review/case-types";
import { Card } from "@/components/ui/card";

/** What made the score, point by point, and what would have let the payment pass by itself. */
export function WhyScore({ file, className }: { file: CaseFile; className?: string }) {
  const { score, basePoints, signals, wouldHavePassed } = file.case;
  return (
    <Card
      title="Why this score"
      aside={<span className="text-sm text-muted">{score} of 100</span>}
      level={3}
      className={className}
    >
      <WaterfallBars
        items={[
          { id: "base", label: "Where every payment starts", points: basePoints },
          ...signals.map((signal) => ({
            id: signal.name,
            label: signal.sentence.replace(/\.$/, ""),
            points: signal.points,
          })),
        ]}
        note={wouldHavePassed}
      />
    </Card>
  );
}
