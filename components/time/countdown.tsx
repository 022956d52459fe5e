"use client";

import { formatInZone, formatLeft, type Instant } from "@/components/time/format-in-zone";
import { useNow } from "@/components/time/use-now";
import { useZone } from "@/components/time/zone-context";
import { cn } from "@/components/ui/cn";

interface CountdownProps {
  until: Instant;
  /** Minutes left below which it turns red. */
  urgentMinutes?: number;
  /** Minutes and seconds below an hour. */
  seconds?: boolean;
  suffix?: string;
  className?: string;
}

/** Time left until something decides itself. */
export function Countdown({
  until,
  urgentMinutes = 15,
  seconds,
  suffix = "left",
  className,
}: CountdownProps) {
  const { zone } = useZone();
  const now = useNow(seconds ? 1 : 15);
  const end = new Date(until).getTime();
  const urgent = now !== null && end - now < urgentMinutes * 60_000;
  return (
    <time
      dateTime={new Date(until).toISOString()}
      title={formatInZone(until, zone, "exact")}
      className={cn("tabular whitespace-nowrap", urgent && "text-loss", className)}
    >
      {now === null
        ? `until ${formatInZone(until, zone, "time")}`
        : `${formatLeft(until, now, seconds)} ${suffix}`}
    </time>
  );
}
