"use client";

import { parseAsString, useQueryState } from "nuqs";
import { Badge } from "@/components/ui/badge";
import { Select } from "@/components/ui/select";
import type { ProgramChoice } from "@/server/reporting/schema";

export const PROGRAM_PARAM = "program";

/** The program that the page speaks of, in the URL; null for the one in which most happened lately. */
export function useProgramParam() {
  return useQueryState(PROGRAM_PARAM, parseAsString.withOptions({ clearOnDefault: true }));
}

interface ProgramSelectProps {
  programs: readonly ProgramChoice[];
  value: string;
  onValueChange: (slug: string) => void;
}

/** With one program its name stands there, because there is nothing to choose. */
export function ProgramSelect({ programs, value, onValueChange }: ProgramSelectProps) {
  const chosen = programs.find((program) => program.slug === value);
  if (programs.length < 2)
    return (
      <Badge
        title={chosen?.name}
        className="block h-7 max-w-full truncate px-2 text-sm font-normal leading-7"
      >
        {chosen?.name ?? value}
      </Badge>
    );
  return (
    <Select
      look="button"
      aria-label="Program"
      value={value}
      onValueChange={onValueChange}
      options={programs.map(({ slug, name, currency }) => ({ value: slug, label: name, hint: currency }))}
    />
  );
}
