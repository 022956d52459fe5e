"use client";

import { useMemo } from "react";
import {
  Area,
  AreaChart,
  Bar,
  CartesianGrid,
  Cell,
  BarChart as RechartsBarChart,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import {
  type ChartPoint,
  type ChartSeries,
  type ChartValue,
  drawnOf,
  formatTick,
  formatValue,
  formatX,
  niceTicks,
  rawOf,
  totalOf,
  unitOf,
  type XKind,
} from "@/components/charts/chart-values";
import { seriesColour } from "@/components/charts/party-colour";
import { useZone } from "@/components/time/zone-context";

interface SeriesDrawingProps {
  points: readonly ChartPoint[];
  series: readonly (ChartSeries & { colour: number })[];
  value: ChartValue;
  xKind: XKind;
  height: number;
  shape: "area" | "bar";
  stacked: boolean;
  withTotal: boolean;
  partialX: string | undefined;
}

type Datum = Record<string, string | number | null>;
/** Keys of series are data and may hold dots, which the chart would read as paths. */
const field = (index: number) => `s${index}`;
/** The way from the last whole span to the one that still runs. */
const openField = (index: number) => `o${index}`;

const AXIS = { fontSize: 11, fill: "var(--muted)" };

/** Axes, areas or bars and the tooltip of a chart. The only file that imports the drawing library. */
export function SeriesDrawing(props: SeriesDrawingProps) {
  const { points, series, value, xKind, height, shape, stacked, withTotal, partialX } = props;
  const { zone } = useZone();
  const partialAt = partialX === undefined ? -1 : points.findIndex((point) => point.x === partialX);
  const dashes = shape === "area" && partialAt > 0;
  const data = useMemo<Datum[]>(
    () =>
      points.map((point, at) => {
        const datum: Datum = { x: point.x };
        series.forEach(({ key }, index) => {
          const drawn = drawnOf(point, key);
          datum[field(index)] = dashes && at === partialAt ? null : drawn;
          if (dashes && at >= partialAt - 1) datum[openField(index)] = drawn;
        });
        return datum;
      }),
    [points, series, dashes, partialAt],
  );
  const ticks = useMemo(() => {
    const heights = points.flatMap((point) => {
      const drawn = series.map(({ key }) => drawnOf(point, key));
      return stacked ? [drawn.reduce((sum, item) => sum + item, 0)] : drawn;
    });
    return niceTicks(Math.min(0, ...heights), Math.max(0, ...heights), value.kind === "count");
  }, [points, series, stacked, value.kind]);
  const labelOf = (x: string, long: boolean) => {
    const label = points.find((point) => point.x === x)?.label ?? formatX(x, xKind, zone, long);
    return long && x === partialX ? `${label}, so far` : label;
  };
  const Chart = shape === "area" ? AreaChart : RechartsBarChart;
  const stackId = stacked ? "all" : undefined;

  return (
    <ResponsiveContainer width="100%" height={height} initialDimension={{ width: 640, height }}>
      <Chart
        data={data}
        margin={{ top: 6, right: 0, bottom: 0, left: shape === "bar" ? 14 : 4 }}
        accessibilityLayer
        barCategoryGap="22%"
      >
        <CartesianGrid vertical={false} stroke="var(--line-soft)" />
        <XAxis
          dataKey="x"
          tick={<XTick format={(x) => labelOf(x, false)} atStart={shape !== "bar"} />}
          tickLine={false}
          axisLine={{ stroke: "var(--line)" }}
          tickMargin={8}
          minTickGap={28}
          interval="equidistantPreserveStart"
          tickFormatter={(x: string) => labelOf(x, false)}
          padding={shape === "bar" ? undefined : { left: 2, right: 2 }}
        />
        <YAxis
          orientation="right"
          tick={AXIS}
          tickLine={false}
          axisLine={false}
          width={48}
          tickMargin={6}
          tickFormatter={formatTick}
          ticks={ticks}
          domain={[ticks[0] ?? 0, ticks.at(-1) ?? 1]}
          interval={0}
        />
        <Tooltip
          isAnimationActive={false}
          cursor={shape === "bar" ? { fill: "var(--hover)" } : { stroke: "var(--line-strong)" }}
          wrapperStyle={{ zIndex: 20, outline: "none" }}
          content={({ active, label }) => {
            const point = active ? points.find((item) => item.x === label) : undefined;
            return point ? (
              <TooltipPanel
                heading={labelOf(point.x, true)}
                point={point}
                series={series}
                value={value}
                withTotal={withTotal}
              />
            ) : null;
          }}
        />
        {dashes
          ? series.map((item, index) => (
              <Area
                key={`${item.key}, so far`}
                dataKey={openField(index)}
                name={item.label}
                isAnimationActive={false}
                type="linear"
                stackId={stacked ? "so far" : undefined}
                stroke={seriesColour(item.colour)}
                strokeWidth={1.5}
                strokeDasharray="3 4"
                fill={seriesColour(item.colour)}
                fillOpacity={0.1}
                activeDot={{ r: 3, strokeWidth: 0 }}
              />
            ))
          : null}
        {series.map((item, index) => {
          const colour = seriesColour(item.colour);
          const shared = {
            key: item.key,
            dataKey: field(index),
            name: item.label,
            isAnimationActive: false,
          };
          if (shape === "area") {
            return (
              <Area
                {...shared}
                key={item.key}
                type="monotone"
                stackId={stackId}
                stroke={colour}
                strokeWidth={1.5}
                fill={colour}
                fillOpacity={0.28}
                activeDot={{ r: 3, strokeWidth: 0 }}
              />
            );
          }
          const top = !stacked || index === series.length - 1;
          return (
            <Bar
              {...shared}
              key={item.key}
              stackId={stackId}
              fill={colour}
              maxBarSize={36}
              radius={top ? [3, 3, 0, 0] : 0}
            >
              {partialAt >= 0
                ? points.map((point, at) => <Cell key={point.x} fillOpacity={at === partialAt ? 0.45 : 1} />)
                : null}
            </Bar>
          );
        })}
      </Chart>
    </ResponsiveContainer>
  );
}

interface XTickProps {
  format: (x: string) => string;
  /** The first label begins at the axis, so that the edge does not cut it. */
  atStart: boolean;
  x?: number | string;
  y?: number | string;
  index?: number;
  payload?: { value: string };
}

function XTick({ format, atStart, x, y, index, payload }: XTickProps) {
  if (!payload) return null;
  return (
    <text x={x} y={y} dy="0.71em" textAnchor={index === 0 && atStart ? "start" : "middle"} {...AXIS}>
      {format(payload.value)}
    </text>
  );
}

interface PanelProps {
  heading: string;
  point: ChartPoint;
  series: readonly (ChartSeries & { colour: number })[];
  value: ChartValue;
  withTotal: boolean;
}

function TooltipPanel({ heading, point, series, value, withTotal }: PanelProps) {
  // A stack is read from the top, so its list is too.
  const ordered = withTotal ? [...series].reverse() : series;
  return (
    <div className="min-w-40 rounded-lg border border-line bg-raised px-3 py-2 text-xs shadow-pop">
      <p className="mb-1.5 flex justify-between gap-6 font-medium">
        {heading} <span className="font-normal text-muted">{unitOf(value)}</span>
      </p>
      <ul className="grid gap-1">
        {ordered.map((item) => (
          <li key={item.key} className="flex items-center justify-between gap-6">
            <span className="flex items-center gap-1.5 text-muted">
              <span
                aria-hidden
                className="size-2 rounded-[2px]"
                style={{ background: seriesColour(item.colour) }}
              />
              {item.label}
            </span>
            <span className="tabular">{formatValue(rawOf(point, item.key), value)}</span>
          </li>
        ))}
        {withTotal ? (
          <li className="mt-0.5 flex justify-between gap-6 border-t border-line-soft pt-1 font-medium">
            Total <span className="tabular">{formatValue(totalOf(point, series), value)}</span>
          </li>
        ) : null}
      </ul>
    </div>
  );
}
