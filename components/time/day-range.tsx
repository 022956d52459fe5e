"use client";

import { ChevronLeft, ChevronRight } from "lucide-react";
import { type DateRange, DayPicker } from "react-day-picker";
import { dayPresets } from "@/components/time/day-presets";
import { useNow } from "@/components/time/use-now";
import { useZone } from "@/components/time/zone-context";
import { cn } from "@/components/ui/cn";

interface DayRangeProps {
  /** YYYY-MM-DD, both included; either may be empty. */
  from: string;
  to: string;
  onChange: (from: string, to: string) => void;
}

// Days here have no time: each stands as noon of the browser's day, and only its date is read.
const asDate = (day: string) => (/^\d{4}-\d\d-\d\d$/.test(day) ? new Date(`${day}T12:00:00`) : undefined);
const asDay = (date: Date | undefined) =>
  date
    ? `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`
    : "";

const DAY = "size-8 text-center text-sm tabular";
const BUTTON = "size-8 rounded-md hover:bg-hover focus-visible:outline-2 focus-visible:outline-accent";

function Chevron({ orientation }: { orientation?: "up" | "down" | "left" | "right" }) {
  return orientation === "left" ? (
    <ChevronLeft aria-hidden className="size-4" />
  ) : (
    <ChevronRight aria-hidden className="size-4" />
  );
}

/** A span of days: presets at the left, a month to click in at the right. */
export function DayRange({ from, to, onChange }: DayRangeProps) {
  const { zone } = useZone();
  const now = useNow(60) ?? Date.now();
  const presets = dayPresets(now, zone);
  const selected: DateRange | undefined = from || to ? { from: asDate(from), to: asDate(to) } : undefined;
  const today = asDate(presets[0]?.to ?? "");
  return (
    <div className="flex gap-3 max-sm:flex-col">
      <fieldset
        aria-label="Usual spans"
        className="m-0 grid border-0 p-0 content-start gap-0.5 max-sm:grid-cols-2 sm:w-32 sm:border-r sm:border-line-soft sm:pr-3"
      >
        {presets.map((preset) => {
          const chosen = preset.from === from && preset.to === to;
          return (
            <button
              key={preset.label}
              type="button"
              aria-pressed={chosen}
              onClick={() => onChange(preset.from, preset.to)}
              className={cn(
                "min-h-8 rounded-md px-2 text-left text-sm hover:bg-hover",
                chosen && "bg-accent-soft text-accent",
              )}
            >
              {preset.label}
            </button>
          );
        })}
      </fieldset>
      <DayPicker
        mode="range"
        weekStartsOn={1}
        today={today}
        defaultMonth={asDate(to) ?? asDate(from) ?? today}
        selected={selected}
        onSelect={(range) => onChange(asDay(range?.from), asDay(range?.to))}
        components={{ Chevron }}
        classNames={{
          root: "relative",
          months: "relative",
          month_caption: "flex h-8 items-center justify-center text-sm font-medium",
          nav: "absolute inset-x-0 top-0 z-10 flex h-8 items-center justify-between",
          button_previous: cn(BUTTON, "inline-flex items-center justify-center text-muted"),
          button_next: cn(BUTTON, "inline-flex items-center justify-center text-muted"),
          month_grid: "mt-1 border-collapse",
          weekday: "h-7 w-8 text-center text-xs font-normal text-muted",
          day: DAY,
          day_button: BUTTON,
          outside: "text-faint",
          today: "font-semibold text-accent",
          range_start: "rounded-l-md bg-accent-soft text-accent",
          range_end: "rounded-r-md bg-accent-soft text-accent",
          range_middle: "bg-accent-soft",
          selected: "font-medium",
        }}
      />
    </div>
  );
}
