"use client";

import dynamic from "next/dynamic";
import { useMemo } from "react";
import { ChartCard, type ChartCardProps, type ChartTable } from "@/components/charts/chart-card";
import {
  type ChartPoint,
  type ChartSeries,
  type ChartValue,
  formatValue,
  formatX,
  rawOf,
  totalOf,
  unitOf,
  type XKind,
} from "@/components/charts/chart-values";
import { seriesAt } from "@/components/charts/party-colour";
import { useZone } from "@/components/time/zone-context";
import { Skeleton } from "@/components/ui/skeleton";
import { useSeen } from "@/components/ui/use-seen";

// The library that draws is as large as all the rest of a page, so it comes after what can be read.
const SeriesDrawing = dynamic(
  () => import("@/components/charts/series-drawing").then((module) => module.SeriesDrawing),
  { ssr: false, loading: () => <Skeleton className="size-full" /> },
);

export interface SeriesChartProps extends Omit<ChartCardProps, "legend"> {
  points: readonly ChartPoint[];
  series: readonly ChartSeries[];
  value: ChartValue;
  xKind?: XKind;
  height?: number;
  /** The `x` of the last point when its span still runs, as today's does: drawn as unfinished, and said so. */
  partialX?: string;
}

interface Props extends SeriesChartProps {
  shape: "area" | "bar";
  stacked: boolean;
}

const X_HEADS: Record<XKind, string> = { day: "Day", hour: "Hour", month: "Month", text: "Name" };

/** The one chart behind areas, bars and lines: same axes, tooltip, table and colours. It is drawn when it is seen. */
export function SeriesChart(props: Props) {
  const { points, series, value, xKind = "day", height = 240, shape, stacked, partialX, ...card } = props;
  const { zone } = useZone();
  const seen = useSeen<HTMLDivElement>();
  const coloured = useMemo(
    () => series.map((item, index) => ({ ...item, colour: item.colour ?? seriesAt(index) })),
    [series],
  );
  const withTotal = stacked && series.length > 1;
  const table = useMemo<ChartTable>(() => {
    const unit = unitOf(value);
    const name = (label: string) => (unit ? `${label} (${unit})` : label);
    const head = [
      X_HEADS[xKind],
      ...series.map(({ label }) => name(label)),
      ...(withTotal ? [name("Total")] : []),
    ];
    const figures = (point: ChartPoint) => [
      ...series.map(({ key }) => rawOf(point, key)),
      ...(withTotal ? [totalOf(point, series)] : []),
    ];
    return {
      head,
      rows: points.map((point) => [
        `${point.label ?? formatX(point.x, xKind, zone, true)}${point.x === partialX ? ", so far" : ""}`,
        ...figures(point).map((figure) => formatValue(figure, value)),
      ]),
      csv: [head, ...points.map((point) => [point.x, ...figures(point)])],
    };
  }, [points, series, value, withTotal, xKind, zone, partialX]);

  // Axes without anything between them say less than a sentence does.
  const nothing = points.every((point) => series.every(({ key }) => Number(rawOf(point, key)) === 0));
  return (
    <ChartCard {...card} legend={coloured} table={table} height={height} nothing={nothing}>
      {/* Until it is measured the drawing has an assumed width, which a phone must not scroll to. */}
      <div ref={seen.ref} className="w-full overflow-hidden" style={{ height }}>
        {seen.yes ? (
          <SeriesDrawing
            points={points}
            series={coloured}
            value={value}
            xKind={xKind}
            height={height}
            shape={shape}
            stacked={stacked}
            withTotal={withTotal}
            partialX={partialX}
          />
        ) : (
          <Skeleton className="size-full" />
        )}
      </div>
    </ChartCard>
  );
}
