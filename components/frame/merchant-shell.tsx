"use client";

import { useQuery } from "@tanstack/react-query";
import {
  ArrowLeftRight,
  FileText,
  Handshake,
  Landmark,
  LayoutDashboard,
  RadioTower,
  Users,
} from "lucide-react";
import { type ReactNode, useCallback, useMemo } from "react";
import { PartySeriesProvider } from "@/components/charts/party-series";
import { accountEntries, useSignOut } from "@/components/frame/account-entries";
import { PortalProvider } from "@/components/frame/portal-context";
import { PortalFrame } from "@/components/frame/portal-frame";
import { paletteHits } from "@/components/frame/search-hits";
import type { NavGroup, PaletteSearch } from "@/components/frame/types";
import type { Attention } from "@/server/reporting/schema";
import { MerchantTrpcProvider, useMerchantClient, useMerchantTrpc } from "@/server/trpc/client";
import type { PortalFacts } from "@/server/trpc/portal";

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
        <PartySeriesProvider agencies={attention.agencies} own={facts.portal.slug}>
          <MerchantFrame facts={facts} attention={attention}>
            {children}
          </MerchantFrame>
        </PartySeriesProvider>
      </PortalProvider>
    </MerchantTrpcProvider>
  );
}

function MerchantFrame({ facts, attention: initial, children }: ShellProps) {
  const { base, organisationId, name } = facts.portal;
  const trpc = useMerchantTrpc();
  const client = useMerchantClient();
  const { data: attention } = useQuery(
    trpc.reporting.attention.queryOptions(undefined, { refetchInterval: 60_000, initialData: initial }),
  );
  const program = attention.programs[0];
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
        items: [
          {
            href: `${base}/agreements`,
            label: "Agreements",
            icon: <Handshake />,
            count: attention.agreements || null,
            countTone: "accent",
          },
          { href: `${base}/team`, label: "Team", icon: <Users /> },
        ],
      },
    ],
    [base, attention],
  );
  const onSearch = useCallback<PaletteSearch>(
    async (text, signal) => {
      const { hits } = await client.reporting.search.query({ text }, { signal });
      return paletteHits(hits, {
        payment: (id) => `${base}/payments/${id}`,
        device: (id) => `${base}/devices/${id}`,
        payout: (id) => `${base}/payouts/${id}`,
        statement: (id) => `${base}/statements/${id}`,
      });
    },
    [client, base],
  );
  return (
    <PortalFrame
      organisation={{ id: organisationId, name, portal: "Merchant", href: base }}
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
