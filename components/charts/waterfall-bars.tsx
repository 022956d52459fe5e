import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";

export interface Contribution {
  id: string;
  /** In plain words: "5 cards on one charger in 9 min". */
  label: string;
  /** Added to the score; below zero speaks for the payment. */
  points: number;
  detail?: string;
}

interface WaterfallBarsProps {
  /** In the order in which they add up; the first is the base. */
  items: readonly Contribution[];
  /** The end of the scale. */
  max?: number;
  /** Shown as the last line when given: the score. */
  total?: { label: string; points: number };
  /** Under it: what would have changed the outcome. */
  note?: ReactNode;
  className?: string;
}

function signed(points: number): string {
  const text =
    Math.abs(points) >= 10 || Number.isInteger(points)
      ? Math.abs(points).toFixed(0)
      : Math.abs(points).toFixed(1);
  return points < 0 ? `\u2212${text}` : `+${text}`;
}

/** What made a score: each bar starts where the one above ended. */
export function WaterfallBars({ items, max = 100, total, note, className }: WaterfallBarsProps) {
  let sum = 0;
  const bars = items.map((item) => {
    const from = sum;
    sum += item.points;
    return { ...item, low: Math.min(from, sum), high: Math.max(from, sum) };
  });
  const lowest = Math.min(0, ...bars.map((bar) => bar.low));
  const span = Math.max(max, ...bars.map((bar) => bar.high)) - lowest;
  const at = (value: number) => ((value - lowest) / span) * 100;
  return (
    <div className={className}>
      <ul className="grid gap-1">
        {bars.map((bar) => (
          <Row
            key={bar.id}
            label={bar.label}
            detail={bar.detail}
            points={signed(bar.points)}
            good={bar.points < 0}
          >
            <span
              className={cn(
                "absolute inset-y-0 min-w-[2px] rounded-[3px]",
                bar.points < 0 ? "bg-accent" : "bg-series-2",
              )}
              style={{ left: `${at(bar.low)}%`, width: `${at(bar.high) - at(bar.low)}%` }}
            />
          </Row>
        ))}
        {total ? (
          <li className="mt-1 border-t border-line-soft pt-1">
            <Line
              label={<span className="font-medium">{total.label}</span>}
              points={String(Math.round(total.points))}
              strong
            >
              <span
                className="absolute inset-y-0 rounded-[3px] bg-muted"
                style={{ left: `${at(0)}%`, width: `${at(total.points) - at(0)}%` }}
              />
            </Line>
          </li>
        ) : null}
      </ul>
      {note ? <div className="mt-3 border-t border-line-soft pt-3 text-sm text-muted">{note}</div> : null}
    </div>
  );
}

function Row(props: { label: string; detail?: string; points: string; good: boolean; children: ReactNode }) {
  return (
    <li title={props.detail}>
      <Line label={props.label} points={props.points} good={props.good}>
        {props.children}
      </Line>
    </li>
  );
}

interface LineProps {
  label: ReactNode;
  points: string;
  good?: boolean;
  strong?: boolean;
  children: ReactNode;
}

function Line({ label, points, good, strong, children }: LineProps) {
  return (
    <div className="grid min-h-6 grid-cols-[minmax(0,11fr)_minmax(0,9fr)_2.75rem] items-center gap-x-3 text-sm max-[480px]:grid-cols-[minmax(0,1fr)_2.75rem]">
      <span className="min-w-0 leading-[18px]">{label}</span>
      <span
        aria-hidden
        className="relative h-2.5 overflow-hidden rounded-[3px] bg-neutral-soft max-[480px]:order-last max-[480px]:col-span-2"
      >
        {children}
      </span>
      <span className={cn("tabular text-right", good && "text-accent", strong && "font-semibold")}>
        {points}
      </span>
    </div>
  );
}
