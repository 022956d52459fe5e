"use client";

import { Plus } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";

interface ZoneTableProps {
  /** Names of places that the file holds. */
  places: readonly string[];
  /** Zones that the program's agreement and registry know. */
  zones: readonly string[];
  value: Readonly<Record<string, string>>;
  onChange: (value: Record<string, string>) => void;
}

const NOT_TOLD = "\u0000not-told";

/** Which zone of the program each place of a source lies in. */
export function ZoneTable({ places, zones, value, onChange }: ZoneTableProps) {
  const [added, setAdded] = useState("");
  const known = [...new Set([...Object.keys(value), ...places])];
  const options = [
    { value: NOT_TOLD, label: "Not told" },
    ...[...new Set([...zones, ...Object.values(value)])].map((zone) => ({ value: zone, label: zone })),
  ];
  const put = (place: string, zone: string) => {
    const { [place]: _, ...rest } = value;
    onChange(zone === NOT_TOLD ? rest : { ...rest, [place]: zone });
  };
  if (zones.length === 0 && known.length === Object.keys(value).length) {
    return (
      <p className="text-xs text-muted">
        Neither the agreement nor a device of this program knows a zone, so none is asked for.
      </p>
    );
  }
  const place = added.trim();
  return (
    <div className="grid gap-2">
      {known.length > 0 ? (
        <ul
          aria-label="Places and their zones"
          className="max-h-56 divide-y divide-line-soft overflow-y-auto rounded-md border border-line"
        >
          {known.map((each) => (
            <li key={each} className="flex items-center gap-3 px-3 py-1.5">
              <span className="min-w-0 flex-1 break-words text-sm">{each}</span>
              <Select
                aria-label={`Zone of ${each}`}
                size="sm"
                value={value[each] ?? NOT_TOLD}
                options={options}
                onValueChange={(zone) => put(each, zone)}
                className="w-36 shrink-0 sm:w-48"
              />
            </li>
          ))}
        </ul>
      ) : null}
      <div className="flex gap-2">
        <Input
          aria-label="A place that is not listed"
          placeholder="A place that is not listed"
          value={added}
          maxLength={120}
          onChange={(event) => setAdded(event.currentTarget.value)}
        />
        <Button
          icon={<Plus />}
          disabled={place === "" || known.includes(place) || zones.length === 0}
          onClick={() => {
            put(place, zones[0] ?? NOT_TOLD);
            setAdded("");
          }}
        >
          Add
        </Button>
      </div>
    </div>
  );
}
