"use client";

import { TZDate } from "@date-fns/tz/date";
import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { formatInZone } from "@/components/time/format-in-zone";
import { useZone } from "@/components/time/zone-context";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Segmented } from "@/components/ui/segmented";

const BY = ["recorded", "effective"] as const;

/** A past moment in the URL: `?at=<ISO>&by=recorded|effective`; null for now. */
export function useMoment() {
  const [{ at, by }, set] = useQueryStates({
    at: parseAsString,
    by: parseAsStringLiteral(BY).withDefault("recorded"),
  });
  const valid = at !== null && !Number.isNaN(Date.parse(at)) ? new Date(at).toISOString() : null;
  return { at: valid, by, set };
}

/** "2026-11-12T14:02" in a zone, as the browser's own field writes it, to the instant. */
function instantOf(local: string, zone: string): string | null {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)/.exec(local);
  if (!match) return null;
  const [year, month, day, hour, minute] = match.slice(1).map(Number);
  const at = new TZDate(year ?? 0, (month ?? 1) - 1, day ?? 1, hour ?? 0, minute ?? 0, 0, zone);
  return Number.isNaN(at.getTime()) ? null : new Date(at.getTime()).toISOString();
}

/** Chooses the moment: by ledger time, what was known then; by business time, what is known now about then. */
export function MomentFields() {
  const { zone, place } = useZone();
  const { at, by, set } = useMoment();
  return (
    <div className="flex flex-wrap items-end gap-3">
      <Field label={`As of, ${place ?? zone} time`}>
        <Input
          type="datetime-local"
          value={at ? formatInZone(at, zone, "iso").concat("T", formatInZone(at, zone, "time")) : ""}
          onChange={(event) => void set({ at: instantOf(event.currentTarget.value, zone) })}
        />
      </Field>
      <Segmented
        label="Which time"
        value={by}
        onValueChange={(next) => void set({ by: BY.find((each) => each === next) ?? "recorded" })}
        options={[
          { value: "recorded", label: "Ledger time" },
          { value: "effective", label: "Business time" },
        ]}
      />
      {at ? (
        <Button variant="ghost" onClick={() => void set({ at: null })}>
          Back to now
        </Button>
      ) : null}
    </div>
  );
}
