"use client";

import { SeriesChart, type SeriesChartProps } from "@/components/charts/series-chart";

/** Takings by hour, counts by day: bars side by side, or on each other when `stacked`. */
export function BarChart({
  stacked = false,
  xKind = "hour",
  ...rest
}: SeriesChartProps & { stacked?: boolean }) {
  return <SeriesChart {...rest} xKind={xKind} shape="bar" stacked={stacked} />;
}
