import type { FraudTerms } from "@/server/fraud/schema";

/** What each score from 0 to 100 leads to, on one line. */
export function ScoreScale({ terms }: { terms: Pick<FraudTerms, "reviewAt" | "declineAt"> }) {
  const review = Math.min(terms.reviewAt, 100);
  const decline = Math.min(terms.declineAt, 100);
  const spans = [
    { id: "pass", label: "passes", from: 0, to: review, tone: "bg-arrived-soft text-arrived" },
    { id: "held", label: "held for review", from: review, to: decline, tone: "bg-waiting-soft text-waiting" },
    { id: "declined", label: "declined", from: decline, to: 100, tone: "bg-loss-soft text-loss" },
  ].filter(({ from, to }) => to > from);
  return (
    <div>
      <div className="flex gap-0.5 overflow-hidden rounded-md">
        {spans.map((span) => (
          <span
            key={span.id}
            className={`flex h-8 min-w-0 items-center justify-center truncate px-1 text-xs font-medium ${span.tone}`}
            style={{ width: `${span.to - span.from}%` }}
          >
            {span.label}
          </span>
        ))}
      </div>
      <div aria-hidden className="tabular relative mt-1 h-4 text-xs text-muted">
        {[0, ...spans.slice(1).map(({ from }) => from), 100].map((mark) => (
          <span
            key={mark}
            className="absolute -translate-x-1/2 first:translate-x-0 last:-translate-x-full"
            style={{ left: `${mark}%` }}
          >
            {mark}
          </span>
        ))}
      </div>
    </div>
  );
}
