"use client";

import { SeriesChart, type SeriesChartProps } from "@/components/charts/series-chart";

/** Shares of a whole over time. */
export function StackedAreaChart(props: SeriesChartProps) {
  return <SeriesChart {...props} shape="area" stacked />;
}
