"use client";

import { createContext, type ReactNode, useContext, useMemo } from "react";
import type { FilterOption, TableFilter } from "@/components/data-table/types";
import { ZoneProvider } from "@/components/time/zone-context";
import type { ProgramChoice } from "@/server/reporting/schema";

interface ProgramsValue {
  programs: readonly ProgramChoice[];
  /** Whether lists name the program of each row. */
  many: boolean;
  /** The one currency of all of them; undefined where rows have to say their own. */
  currency: string | undefined;
  /** Each that is in use, once. */
  currencies: readonly string[];
  options: readonly FilterOption[];
}

const ProgramsContext = createContext<ProgramsValue>({
  programs: [],
  many: false,
  currency: undefined,
  currencies: [],
  options: [],
});

/** Tells the lists of a portal which programs their rows can be of. */
export function ProgramsProvider({
  programs,
  children,
}: {
  programs: readonly ProgramChoice[];
  children: ReactNode;
}) {
  const value = useMemo<ProgramsValue>(() => {
    const currencies = [...new Set(programs.map(({ currency }) => currency))];
    return {
      programs,
      many: programs.length > 1,
      currency: currencies.length === 1 ? currencies[0] : undefined,
      currencies,
      options: programs.map(({ id, name }) => ({ value: id, label: name })),
    };
  }, [programs]);
  return <ProgramsContext.Provider value={value}>{children}</ProgramsContext.Provider>;
}

export function usePrograms(): ProgramsValue {
  return useContext(ProgramsContext);
}

/** The filter by program, where there is more than one to choose from. */
export function programFilter(options: readonly FilterOption[]): readonly TableFilter[] {
  return options.length > 1 ? [{ id: "program", label: "Program", kind: "choice", options }] : [];
}

/** Shows the times of one row in its program's zone, and names the zone where the portal knows more than one. */
export function ProgramZone({ id, children }: { id: string; children: ReactNode }) {
  const { programs } = usePrograms();
  const program = programs.find((each) => each.id === id);
  if (!program) return <>{children}</>;
  const named = new Set(programs.map(({ timeZone }) => timeZone)).size > 1;
  return (
    <ZoneProvider zone={program.timeZone} place={program.name} named={named}>
      {children}
    </ZoneProvider>
  );
}
