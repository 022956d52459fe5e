"use client";

import { formatInZone, type Instant } from "@/components/time/format-in-zone";
import { useZone } from "@/components/time/zone-context";

interface PeriodProps {
  start: Instant;
  /** The period lasts up to, and without, this moment. */
  end: Instant;
  className?: string;
}

const DAY_MS = 86_400_000;

/** Days of a period as people say them, in a zone: "12 Nov", "9 to 15 Nov", "26 Oct to 1 Nov". */
export function formatPeriod(start: Instant, end: Instant, zone: string): string {
  const from = new Date(start).getTime();
  const to = new Date(end).getTime();
  // A period that cuts off in the evening is named after the day on which most of it lies.
  const first = new Date(from + Math.min(DAY_MS / 2, (to - from) / 2));
  const last = new Date(to - Math.min(DAY_MS / 2, (to - from) / 2));
  const firstDay = formatInZone(first, zone, "day");
  const lastDay = formatInZone(last, zone, "day");
  if (firstDay === lastDay) return lastDay;
  const [day, month] = firstDay.split(" ");
  return lastDay.endsWith(` ${month}`) ? `${day} to ${lastDay}` : `${firstDay} to ${lastDay}`;
}

/** A settlement period, with its exact moments on hover. */
export function Period({ start, end, className }: PeriodProps) {
  const { zone } = useZone();
  return (
    <span
      className={className}
      title={`${formatInZone(start, zone, "exact")} to ${formatInZone(end, zone, "exact")}`}
    >
      {formatPeriod(start, end, zone)}
    </span>
  );
}
