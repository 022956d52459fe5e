"use client";

import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useMemo } from "react";
import { PartySeriesProvider } from "@/components/charts/party-series";
import { useOperatorTrpc } from "@/server/trpc/client";

interface PartyColoursProps {
  /** Short name of the merchant that the page is about, if it is about one. */
  own?: string | undefined;
  children: ReactNode;
}

/** One colour for each agency of the platform on the pages below it. */
export function PartyColours({ own, children }: PartyColoursProps) {
  const trpc = useOperatorTrpc();
  const agencies = useQuery(
    trpc.organisations.list.queryOptions({ kind: "agency", limit: 200 }, { staleTime: 300_000 }),
  );
  const slugs = useMemo(() => agencies.data?.items.map(({ slug }) => slug).sort() ?? [], [agencies.data]);
  return (
    <PartySeriesProvider agencies={slugs} {...(own && { own })}>
      {children}
    </PartySeriesProvider>
  );
}
