"use client";

import { SeriesChart, type SeriesChartProps } from "@/components/charts/series-chart";

/** Values that do not add up, over time. */
export function LineChart(props: SeriesChartProps) {
  return <SeriesChart {...props} shape="line" stacked={false} />;
}
