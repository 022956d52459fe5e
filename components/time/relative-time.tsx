"use client";

import {
  formatInZone,
  formatOffset,
  formatRelative,
  type Instant,
  type TimeStyle,
} from "@/components/time/format-in-zone";
import { useNow } from "@/components/time/use-now";
import { useZone } from "@/components/time/zone-context";
import { cn } from "@/components/ui/cn";

interface TimeProps {
  /** ISO string, milliseconds or Date. Nothing is a dash. */
  at: Instant | null | undefined;
  className?: string;
}

const isoOf = (at: Instant) => new Date(at).toISOString();

function Nothing() {
  return <span className="text-faint">–</span>;
}

/** How long ago, with the exact time in the program's zone on hover. For lists. */
export function RelativeTime({ at, className }: TimeProps) {
  const { zone, named } = useZone();
  const now = useNow(1);
  if (at === null || at === undefined) return <Nothing />;
  const relative = now === null ? null : formatRelative(at, now);
  const text = relative ?? `${formatInZone(at, zone, "dayTime")}${named ? ` ${formatOffset(at, zone)}` : ""}`;
  return (
    <time
      dateTime={isoOf(at)}
      title={`${formatInZone(at, zone, "exact")} ${formatOffset(at, zone)}`}
      className={cn("tabular whitespace-nowrap", className)}
    >
      {text}
    </time>
  );
}

/** Styles that show hours; a mere day needs no offset beside it. */
const WITH_CLOCK: ReadonlySet<TimeStyle> = new Set([
  "time",
  "seconds",
  "millis",
  "dayTime",
  "dateTime",
  "exact",
]);

interface ExactTimeProps extends TimeProps {
  format?: TimeStyle;
  /** Writes the offset after it, where the page's zone chip is not in sight: files, statements. */
  withOffset?: boolean;
}

/** A time in the program's zone. For details, timelines, statements. */
export function ExactTime({ at, format = "dayTime", withOffset, className }: ExactTimeProps) {
  const { zone, named } = useZone();
  if (at === null || at === undefined) return <Nothing />;
  return (
    <time
      dateTime={isoOf(at)}
      title={`${formatInZone(at, zone, "exact")} ${formatOffset(at, zone)}`}
      className={cn("tabular whitespace-nowrap", className)}
    >
      {formatInZone(at, zone, format)}
      {withOffset || (named && WITH_CLOCK.has(format)) ? (
        <span className="ml-1 text-muted">{formatOffset(at, zone)}</span>
      ) : null}
    </time>
  );
}
