"use client";

import { createContext, type ReactNode, useContext, useMemo } from "react";
import { assignPartySeries, partySeries } from "@/components/charts/party-colour";

type SeriesOf = (party: { slug: string; kind?: string }) => number;

const PartySeriesContext = createContext<SeriesOf>((party) => partySeries(keyOf(party)));

/** The platform's organisation has one colour, whatever it is called. */
function keyOf({ slug, kind }: { slug: string; kind?: string }): string {
  return kind === "operator" ? "operator" : slug;
}

interface PartySeriesProviderProps {
  /** Slugs of all agencies that the portal knows of. */
  agencies: readonly string[];
  /** Slug of the merchant that the portal belongs to: it takes the first colour, wherever it stands. */
  own?: string;
  children: ReactNode;
}

/** Gives every party of the portal one colour, the same on every page. */
export function PartySeriesProvider({ agencies, own, children }: PartySeriesProviderProps) {
  const seriesOf = useMemo<SeriesOf>(() => {
    const assigned = assignPartySeries(["$merchant", "operator", ...agencies]);
    return (party) => {
      const key = keyOf(party);
      const known = assigned.get(key === own ? "$merchant" : key);
      return known ?? partySeries(key);
    };
  }, [agencies, own]);
  return <PartySeriesContext.Provider value={seriesOf}>{children}</PartySeriesContext.Provider>;
}

/** The series, 1 to 6, of a party. */
export function usePartySeries(): SeriesOf {
  return useContext(PartySeriesContext);
}
