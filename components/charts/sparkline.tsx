import { seriesColour } from "@/components/charts/party-colour";
import { cn } from "@/components/ui/cn";

interface SparklineProps {
  values: readonly number[];
  /** The last value is of a span that still runs: the way to it is dashed. */
  partial?: boolean;
  series?: number;
  /** What it shows, for screen readers; without it the line is decoration. */
  label?: string;
  className?: string;
}

const WIDTH = 100;
const HEIGHT = 28;
const PAD = 3;

/** A line without axes: the shape, not the values. Renders on the server. */
export function Sparkline({ values, partial = false, series = 1, label, className }: SparklineProps) {
  const lowest = Math.min(...values);
  const spread = Math.max(...values) - lowest || 1;
  const points = values.map((value, index) => {
    const x = (index / Math.max(1, values.length - 1)) * WIDTH;
    const y = HEIGHT - PAD - ((value - lowest) / spread) * (HEIGHT - 2 * PAD);
    return `${x.toFixed(2)},${y.toFixed(2)}`;
  });
  const whole = partial ? points.slice(0, -1) : points;
  const stroke = {
    fill: "none",
    stroke: seriesColour(series),
    strokeWidth: 1.5,
    strokeLinejoin: "round",
    strokeLinecap: "round",
    vectorEffect: "non-scaling-stroke",
  } as const;
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      className={cn("block h-7 w-24 overflow-visible", className)}
      role="img"
      aria-label={label ?? ""}
      aria-hidden={label === undefined}
    >
      <polyline points={whole.join(" ")} {...stroke} />
      {partial ? <polyline points={points.slice(-2).join(" ")} {...stroke} strokeDasharray="2 3" /> : null}
    </svg>
  );
}
