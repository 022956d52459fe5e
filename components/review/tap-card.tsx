"use client";

import { MapPinOff } from "lucide-react";
import { TapMap } from "@/components/charts/tap-map";
import type { CaseFile } from "@/components/review/case-types";
import { travelBetween, travelVerdict } from "@/components/review/tap-distance";
import { formatInZone } from "@/components/time/format-in-zone";
import { useZone } from "@/components/time/zone-context";
import { Card } from "@/components/ui/card";

const SAME_PLACE_KM = 0.2;

/** Where the card was used before, and whether somebody can have travelled from there. */
export function TapCard({ file, className }: { file: CaseFile; className?: string }) {
  const { zone } = useZone();
  const at = file.taps.findIndex((tap) => tap.isThis);
  const to = file.taps[at];
  const earlier = at > 0 ? file.taps.slice(0, at) : [];
  // Taps at the same place say nothing about travelling; the last one elsewhere does.
  const from = to ? earlier.findLast((tap) => travelBetween(tap, to).km >= SAME_PLACE_KM) : undefined;
  const travel = from && to ? travelBetween(from, to) : null;
  const verdict = travel ? travelVerdict(travel.km, travel.kmh) : null;
  return (
    <Card
      title="Between the last two taps"
      hint={from && at > 0 && from !== file.taps[at - 1] ? "the last one at another place" : undefined}
      level={3}
      className={className}
    >
      {from && to && travel && verdict ? (
        <TapMap
          className="max-w-[380px]"
          from={{
            label: from.deviceName ?? "before",
            time: formatInZone(from.at, zone, "time"),
            lat: from.latitude,
            lon: from.longitude,
          }}
          to={{
            label: to.deviceName ?? "here",
            time: formatInZone(to.at, zone, "time"),
            lat: to.latitude,
            lon: to.longitude,
          }}
          {...travel}
          verdict={verdict.words}
          suspicious={verdict.suspicious}
        />
      ) : (
        <p className="flex items-start gap-2 text-sm text-muted">
          <MapPinOff aria-hidden className="mt-0.5 size-4 shrink-0" />
          {!to
            ? "The place of this payment is not known."
            : earlier.length === 0
              ? "It was not used in the day before, so there is nothing to compare with."
              : `All ${earlier.length} earlier taps of the day were at this place.`}
        </p>
      )}
    </Card>
  );
}
