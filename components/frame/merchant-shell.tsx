"use client";

import { useQuery } from "@tanstack/react-query";
import { ArrowLeftRight, FileText, Landmark, LayoutDashboard, RadioTower } from "lucide-react";
import { type ReactNode, useMemo } from "react";
import { PartySeriesProvider } from "@/components/charts/party-series";
import { agreementsEntry, secondPersonEntries } from "@/components/frame/party-entries";
import { PortalProvider } from "@/components/frame/portal-context";
import { PortalShell } from "@/components/frame/portal-shell";
import type { HitPages } from "@/components/frame/search-hits";
import type { NavGroup } from "@/components/frame/types";
import type { Attention } from "@/server/reporting/schema";
import { MerchantTrpcProvider, useMerchantClient, useMerchantTrpc } from "@/server/trpc/client";
import type { PortalFacts } from "@/server/trpc/portal";

const PAGES: HitPages = {
  payment: "payments/",
  device: "devices/",
  payout: "payouts/",
  statement: "statements/",
};

interface ShellProps {
  facts: PortalFacts;
  attention: Attention;
  children: ReactNode;
}

/** Frame, navigation and connection of the merchant portal. */
export function MerchantShell({ facts, attention, children }: ShellProps) {
  return (
    <MerchantTrpcProvider organisation={facts.portal.slug}>
      <PortalProvider portal={facts.portal}>
        <PartySeriesProvider parties={attention.parties} own={facts.portal.slug}>
          <MerchantFrame facts={facts} attention={attention}>
            {children}
          </MerchantFrame>
        </PartySeriesProvider>
      </PortalProvider>
    </MerchantTrpcProvider>
  );
}

function MerchantFrame({ facts, attention: initial, children }: ShellProps) {
  const { base } = facts.portal;
  const trpc = useMerchantTrpc();
  const { data: attention } = useQuery(
    trpc.reporting.attention.queryOptions(undefined, { refetchInterval: 60_000, initialData: initial }),
  );
  const groups = useMemo<NavGroup[]>(
    () => [
      {
        items: [
          { href: base, label: "Overview", icon: <LayoutDashboard />, exact: true },
          { href: `${base}/payments`, label: "Payments", icon: <ArrowLeftRight /> },
          { href: `${base}/payouts`, label: "Payouts", icon: <Landmark /> },
          { href: `${base}/statements`, label: "Statements", icon: <FileText /> },
          {
            href: `${base}/devices`,
            label: "Devices",
            icon: <RadioTower />,
            count: attention.devices || null,
          },
        ],
      },
      {
        label: "Account",
        items: [agreementsEntry(base, attention), ...secondPersonEntries(base, attention)],
      },
    ],
    [base, attention],
  );
  return (
    <PortalShell
      facts={facts}
      portal="Merchant"
      programs={attention.programs}
      groups={groups}
      client={useMerchantClient()}
      pages={PAGES}
    >
      {children}
    </PortalShell>
  );
}
