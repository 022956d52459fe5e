"use client";

import { useQuery } from "@tanstack/react-query";
import { FileText, Landmark, LayoutDashboard } from "lucide-react";
import { type ReactNode, useMemo } from "react";
import { PartySeriesProvider } from "@/components/charts/party-series";
import { agreementsEntry, secondPersonEntries } from "@/components/frame/party-entries";
import { PortalProvider } from "@/components/frame/portal-context";
import { PortalShell } from "@/components/frame/portal-shell";
import type { HitPages } from "@/components/frame/search-hits";
import type { NavGroup } from "@/components/frame/types";
import type { Attention } from "@/server/reporting/schema";
import { AgencyTrpcProvider, useAgencyClient, useAgencyTrpc } from "@/server/trpc/client";
import type { PortalFacts } from "@/server/trpc/portal";

const PAGES: HitPages = { payment: "payments/", payout: "remittances/", statement: "statements/" };

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
        <PartySeriesProvider parties={attention.parties}>
          <AgencyFrame facts={facts} attention={attention}>
            {children}
          </AgencyFrame>
        </PartySeriesProvider>
      </PortalProvider>
    </AgencyTrpcProvider>
  );
}

function AgencyFrame({ facts, attention: initial, children }: ShellProps) {
  const { base } = facts.portal;
  const trpc = useAgencyTrpc();
  const { data: attention } = useQuery(
    trpc.reporting.attention.queryOptions(undefined, { refetchInterval: 60_000, initialData: initial }),
  );
  const groups = useMemo<NavGroup[]>(
    () => [
      {
        items: [
          { href: base, label: "Overview", icon: <LayoutDashboard />, exact: true },
          { href: `${base}/statements`, label: "Statements", icon: <FileText /> },
          { href: `${base}/remittances`, label: "Remittances", icon: <Landmark /> },
          agreementsEntry(base, attention),
        ],
      },
      {
        label: "Account",
        items: [...secondPersonEntries(base, attention)],
      },
    ],
    [base, attention],
  );
  return (
    <PortalShell
      facts={facts}
      portal="Agency"
      programs={attention.programs}
      groups={groups}
      client={useAgencyClient()}
      pages={PAGES}
    >
      {children}
    </PortalShell>
  );
}
