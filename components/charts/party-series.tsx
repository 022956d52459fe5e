"use client";

import { createContext, type ReactNode, useContext, useMemo } from "react";
import { NEUTRAL } from "@/components/charts/party-colour";
import type { PartyColour } from "@/server/reporting/schema";

type SeriesOf = (party: { slug: string; kind?: string }) => number;

const PartySeriesContext = createContext<SeriesOf>(() => NEUTRAL);

/**
 * The number of a party's colour. Agreements call the platform "operator" and the merchant who was paid "$merchant";
 * whoever is not known here is grey.
 */
export function colourOf(
  parties: readonly PartyColour[],
  own: string | undefined,
  { slug, kind }: { slug: string; kind?: string },
): number {
  const isOperator = kind === "operator" || slug === "operator";
  const wanted = slug === "$merchant" ? own : slug;
  const found =
    parties.find((party) => party.slug === wanted) ??
    (isOperator ? parties.find((party) => party.kind === "operator") : undefined);
  return found?.colour ?? NEUTRAL;
}

interface PartySeriesProviderProps {
  /** Everybody that the portal knows of. */
  parties: readonly PartyColour[];
  /** Slug of the merchant that the page is about: whom agreements call "$merchant". */
  own?: string | undefined;
  children: ReactNode;
}

/** Gives every party its one colour, which the server keeps. */
export function PartySeriesProvider({ parties, own, children }: PartySeriesProviderProps) {
  const seriesOf = useMemo<SeriesOf>(() => (party) => colourOf(parties, own, party), [parties, own]);
  return <PartySeriesContext.Provider value={seriesOf}>{children}</PartySeriesContext.Provider>;
}

/** The number of a party's colour; `seriesColour` makes CSS of it. */
export function usePartySeries(): SeriesOf {
  return useContext(PartySeriesContext);
}
