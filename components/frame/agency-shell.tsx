"use client";

import { useQuery } from "@tanstack/react-query";
import { FileText, Handshake, Landmark, LayoutDashboard, Users } from "lucide-react";
import { type ReactNode, useCallback, useMemo } from "react";
import { PartySeriesProvider } from "@/components/charts/party-series";
import { accountEntries, useSignOut } from "@/components/frame/account-entries";
import { PortalProvider } from "@/components/frame/portal-context";
import { PortalFrame } from "@/components/frame/portal-frame";
import { paletteHits } from "@/components/frame/search-hits";
import type { NavGroup, PaletteSearch } from "@/components/frame/types";
import type { Attention } from "@/server/reporting/schema";
import { AgencyTrpcProvider, useAgencyClient, useAgencyTrpc } from "@/server/trpc/client";
import type { PortalFacts } from "@/server/trpc/portal";

interface ShellProps {
  facts: PortalFacts;
  attention: Attention;
  children: ReactNode;
}

/** Frame, navigation and connection of the agency portal. */
export function AgencyShell({ facts, attention, children }: ShellProps) {
  return (
    <AgencyTrpcProvider organisation={facts.portal.slug}>
      <PortalProvider portal={facts.portal}>
        <PartySeriesProvider agencies={attention.agencies}>
          <AgencyFrame facts={facts} attention={attention}>
            {children}
          </AgencyFrame>
        </PartySeriesProvider>
      </PortalProvider>
    </AgencyTrpcProvider>
  );
}

function AgencyFrame({ facts, attention: initial, children }: ShellProps) {
  const { base, organisationId, name } = facts.portal;
  const trpc = useAgencyTrpc();
  const client = useAgencyClient();
  const { data: attention } = useQuery(
    trpc.reporting.attention.queryOptions(undefined, { refetchInterval: 60_000, initialData: initial }),
  );
  const program = attention.programs[0];
  const groups = useMemo<NavGroup[]>(
    () => [
      {
        items: [
          { href: base, label: "Overview", icon: <LayoutDashboard />, exact: true },
          { href: `${base}/statements`, label: "Statements", icon: <FileText /> },
          { href: `${base}/remittances`, label: "Remittances", icon: <Landmark /> },
          {
            href: `${base}/agreements`,
            label: "Agreements",
            icon: <Handshake />,
            count: attention.agreements || null,
            countTone: "accent",
          },
        ],
      },
      { label: "Account", items: [{ href: `${base}/team`, label: "Team", icon: <Users /> }] },
    ],
    [base, attention],
  );
  const onSearch = useCallback<PaletteSearch>(
    async (text, signal) => {
      const { hits } = await client.reporting.search.query({ text }, { signal });
      return paletteHits(hits, {
        payment: (id) => `${base}/payments/${id}`,
        payout: (id) => `${base}/remittances/${id}`,
        statement: (id) => `${base}/statements/${id}`,
      });
    },
    [client, base],
  );
  return (
    <PortalFrame
      organisation={{ id: organisationId, name, portal: "Agency", href: base }}
      organisations={facts.organisations}
      groups={groups}
      user={facts.user}
      accountEntries={accountEntries}
      onSignOut={useSignOut()}
      zone={program?.timeZone ?? "UTC"}
      place={program?.name}
      serverNow={facts.serverNow}
      demo={facts.demo}
      onSearch={onSearch}
    >
      {children}
    </PortalFrame>
  );
}
