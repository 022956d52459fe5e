import { formatAmount, GROUP_SPACE, MINUS } from "@/components/money/format-amount";
import { formatCount } from "@/components/money/format-count";
import { sumAmounts } from "@/components/money/sum-amounts";
import { formatInZone } from "@/components/time/format-in-zone";

/** What the figures of a chart are. */
export type ChartValue = { kind: "money"; currency: string } | { kind: "count"; unit?: string };

export type XKind = "day" | "hour" | "month" | "text";

export interface ChartSeries {
  key: string;
  label: string;
  /** 1 to 6; by `assignPartySeries` for parties. Otherwise by order. */
  colour?: number;
}

export interface ChartPoint {
  /** ISO instant, ISO day (`2026-11-12`), ISO month (`2026-11`), or text. */
  x: string;
  /** Replaces what is written for `x`. */
  label?: string;
  /** Decimal strings or numbers by the key of their series; what is missing counts as zero. */
  values: Readonly<Record<string, string | number>>;
}

export const rawOf = (point: ChartPoint, key: string): string => String(point.values[key] ?? 0);

/** Only for drawing: pixels may round, figures may not. */
export const drawnOf = (point: ChartPoint, key: string): number => Number(point.values[key] ?? 0);

export const totalOf = (point: ChartPoint, series: readonly ChartSeries[]): string =>
  sumAmounts(series.map(({ key }) => rawOf(point, key)));

export function formatValue(raw: string, value: ChartValue): string {
  if (value.kind === "money") return formatAmount(raw, { currency: value.currency });
  return /^-?\d+$/.test(raw) ? formatCount(BigInt(raw)) : raw.replace("-", MINUS);
}

export const unitOf = (value: ChartValue): string =>
  value.kind === "money" ? value.currency : (value.unit ?? "");

const TICK_UNITS = [
  { from: 1e9, text: "bn" },
  { from: 1e6, text: "M" },
  { from: 1e3, text: "k" },
];

/** A tick of the value axis, exactly: `25 k`, `1.25 k`, `500`, `0`. Ticks are round, so none is long, and no two read alike. */
export function formatTick(tick: number): string {
  const unit = TICK_UNITS.find(({ from }) => Math.abs(tick) >= from);
  const text = String(Number((tick / (unit?.from ?? 1)).toPrecision(12))).replace("-", MINUS);
  return unit ? `${text}${GROUP_SPACE}${unit.text}` : text;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const MONTH = /^\d{4}-\d{2}$/;

/** A day or month is itself whatever the zone; an instant is shown in the zone. */
export function formatX(x: string, kind: XKind, zone: string, long = false): string {
  if (kind === "text") return x;
  if (MONTH.test(x)) return formatInZone(`${x}-01T12:00:00Z`, "UTC", "month");
  if (DAY.test(x)) return formatInZone(`${x}T12:00:00Z`, "UTC", long ? "date" : "day");
  if (kind === "hour") {
    if (/^\d{1,2}$/.test(x)) return long ? `${x.padStart(2, "0")}:00` : x.padStart(2, "0");
    return formatInZone(x, zone, long ? "dayTime" : "time");
  }
  return formatInZone(x, zone, kind === "month" ? "month" : long ? "date" : "day");
}

/** Round ticks from zero (or below it) over all values: four to six, in steps of 1, 2, 2.5 or 5 times a power of ten. */
export function niceTicks(lowest: number, highest: number, whole = false): number[] {
  const low = Math.min(0, lowest);
  const high = highest > 0 || low < 0 ? Math.max(0, highest) : 1;
  const span = high - low;
  const power = 10 ** Math.floor(Math.log10(span / 5));
  const steps = [1, 2, 2.5, 5, 10]
    .map((factor) => factor * power)
    .filter((step) => !whole || Number.isInteger(step));
  const step = steps.find((candidate) => span / candidate <= 5.5) ?? (whole ? 1 : 10 * power);
  const first = Math.floor(low / step);
  const last = Math.max(first + 1, Math.ceil(high / step));
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}
