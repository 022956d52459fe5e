"use client";

import { formatInZone } from "@/components/time/format-in-zone";
import { ExactTime } from "@/components/time/relative-time";
import { useNow } from "@/components/time/use-now";
import { useZone } from "@/components/time/zone-context";

/** When the running period closes: the hour alone when it is still today. */
export function ClosingTime({ at }: { at: string }) {
  const { zone } = useZone();
  const now = useNow(60);
  const today = now !== null && formatInZone(now, zone, "iso") === formatInZone(at, zone, "iso");
  return <ExactTime at={at} format={today ? "time" : "dayTime"} />;
}
