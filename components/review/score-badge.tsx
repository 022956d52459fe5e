import { cn } from "@/components/ui/cn";

/** From here on a score is shown as a likely loss. */
const LIKELY = 75;

/** The score of a payment, 0 to 100. */
export function ScoreBadge({ score, className }: { score: number; className?: string }) {
  return (
    <span
      role="img"
      aria-label={`Score ${score} of 100`}
      className={cn(
        "tabular flex size-10 shrink-0 items-center justify-center rounded-md text-sm font-semibold",
        score >= LIKELY ? "bg-loss-soft text-loss" : "bg-waiting-soft text-waiting",
        className,
      )}
    >
      {score}
    </span>
  );
}
