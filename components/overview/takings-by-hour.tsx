"use client";

import { BarChart } from "@/components/charts/bar-chart";
import { formatInZone } from "@/components/time/format-in-zone";
import { useZone } from "@/components/time/zone-context";
import type { MerchantOverview } from "@/server/reporting/schema";

interface TakingsByHourProps {
  byHour: MerchantOverview["byHour"];
  asOf: string;
  currency: string;
}

const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** Today's takings by local hour beside what such a weekday usually brings. */
export function TakingsByHour({ byHour, asOf, currency }: TakingsByHourProps) {
  const { zone } = useZone();
  const day = WEEKDAYS[new Date(`${formatInZone(asOf, zone, "iso")}T12:00:00Z`).getUTCDay()];
  const hasPast = byHour.some(({ usual }) => Number(usual) > 0);
  return (
    <BarChart
      title={hasPast ? `Is this a usual ${day}?` : "When did today's money come in?"}
      hint={`${currency} by hour${hasPast ? `, against the mean of the last four ${day}s` : ""}`}
      xKind="text"
      height={236}
      value={{ kind: "money", currency }}
      partialX={`${formatInZone(asOf, zone, "time").slice(0, 2)}:00`}
      points={byHour.map(({ hour, today, usual }) => ({
        x: `${String(hour).padStart(2, "0")}:00`,
        values: { today, usual },
      }))}
      series={[
        { key: "today", label: "Today", colour: 1 },
        ...(hasPast ? [{ key: "usual", label: `Usual ${day}`, colour: 6 as const }] : []),
      ]}
      fileName="takings-by-hour"
      empty="Nothing came in today so far."
    />
  );
}
