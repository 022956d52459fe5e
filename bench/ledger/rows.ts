/** How the ledger's measures are written into rows. */
import type { Loop, Ratio, Row } from "../measure";

export const perSecond = (n: number): string => `${Math.round(n).toLocaleString("en")}/s`;

export const micros = (ms: number): string => {
  const us = ms * 1000;
  return `${us.toFixed(us < 100 ? 1 : 0)} µs`;
};

export const latencies = (loop: Loop): string =>
  `${loop.p50.toFixed(1)}/${loop.p95.toFixed(1)}/${loop.p99.toFixed(1)} ms`;

export const atLeast = (
  measured: Ratio,
  bar: number | null,
): Pick<Row, "ratio" | "spread" | "bar" | "holds"> => ({
  ...measured,
  bar: bar === null ? "" : `≥ ${bar}`,
  holds: bar === null ? null : measured.ratio >= bar,
});

export const atMost = (
  measured: Ratio,
  bar: number | null,
): Pick<Row, "ratio" | "spread" | "bar" | "holds"> => ({
  ...measured,
  bar: bar === null ? "" : `≤ ${bar}`,
  holds: bar === null ? null : measured.ratio <= bar,
});
