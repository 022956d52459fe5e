"use client";

import { useQuery } from "@tanstack/react-query";
import {
  Activity,
  ArrowLeftRight,
  BookOpenText,
  Boxes,
  Building2,
  CalendarCheck,
  FileUp,
  Handshake,
  Landmark,
  LayoutDashboard,
  RadioTower,
  ScrollText,
  ShieldAlert,
  SlidersHorizontal,
  TriangleAlert,
  UserCheck,
  Users,
} from "lucide-react";
import { type ReactNode, useMemo } from "react";
import { PartySeriesProvider } from "@/components/charts/party-series";
import { PortalProvider, usePortal } from "@/components/frame/portal-context";
import { PortalShell } from "@/components/frame/portal-shell";
import type { HitPages } from "@/components/frame/search-hits";
import type { NavGroup, NavItem } from "@/components/frame/types";
import type { Permission } from "@/server/identity/permissions";
import type { OperatorAttention } from "@/server/reporting/schema";
import { OperatorTrpcProvider, useOperatorClient, useOperatorTrpc } from "@/server/trpc/client";
import type { PortalFacts } from "@/server/trpc/portal";

const PAGES: HitPages = {
  payment: "payments/",
  device: "devices/",
  case: "review?case=",
  organisation: "organisations/",
  payout: "settlement/payouts/",
  run: "settlement/",
  statement: "settlement/statements/",
};

interface ShellProps {
  facts: PortalFacts;
  attention: OperatorAttention;
  children: ReactNode;
}

/** Frame, navigation and connection of the operator console. */
export function OperatorShell({ facts, attention, children }: ShellProps) {
  return (
    <OperatorTrpcProvider organisation={facts.portal.slug}>
      <PortalProvider portal={facts.portal}>
        <PartySeriesProvider parties={attention.parties}>
          <OperatorFrame facts={facts} attention={attention}>
            {children}
          </OperatorFrame>
        </PartySeriesProvider>
      </PortalProvider>
    </OperatorTrpcProvider>
  );
}

function OperatorFrame({ facts, attention: initial, children }: ShellProps) {
  const { base, can } = usePortal();
  const trpc = useOperatorTrpc();
  const { data: attention } = useQuery(
    trpc.reporting.attention.queryOptions(undefined, { refetchInterval: 15_000, initialData: initial }),
  );
  const groups = useMemo(() => navigation(base, attention, can), [base, attention, can]);
  return (
    <PortalShell
      facts={facts}
      portal="Operator console"
      programs={attention.programs}
      groups={groups}
      client={useOperatorClient()}
      pages={PAGES}
    >
      {children}
    </PortalShell>
  );
}

type GuardedItem = NavItem & { needs: Permission };

/** All pages of the console that the person's role opens. */
function navigation(
  base: string,
  attention: OperatorAttention,
  can: (permission: Permission) => boolean,
): NavGroup[] {
  const groups: { label?: string; items: GuardedItem[] }[] = [
    {
      items: [
        { href: base, label: "Overview", icon: <LayoutDashboard />, exact: true, needs: "overview.read" },
        {
          href: `${base}/review`,
          label: "Review queue",
          icon: <ShieldAlert />,
          count: attention.cases || null,
          countTone: "accent",
          needs: "cases.read",
        },
        { href: `${base}/payments`, label: "Payments", icon: <ArrowLeftRight />, needs: "payments.read" },
        {
          href: `${base}/devices`,
          label: "Devices",
          icon: <RadioTower />,
          count: attention.devices || null,
          needs: "devices.read",
        },
      ],
    },
    {
      label: "Money",
      items: [
        {
          href: `${base}/agreements`,
          label: "Agreements",
          icon: <Handshake />,
          count: attention.agreements || null,
          needs: "agreements.read",
        },
        {
          href: `${base}/settlement`,
          label: "Settlement runs",
          icon: <CalendarCheck />,
          count: attention.runs || null,
          needs: "runs.read",
        },
        { href: `${base}/settlement/payouts`, label: "Payouts", icon: <Landmark />, needs: "payouts.read" },
        {
          href: `${base}/confirmations`,
          label: "Second person",
          icon: <UserCheck />,
          count: attention.confirmations || null,
          countTone: "accent",
          needs: "payouts.read",
        },
        {
          href: `${base}/exceptions`,
          label: "Exceptions",
          icon: <TriangleAlert />,
          count: attention.exceptions || null,
          needs: "runs.read",
        },
        {
          href: `${base}/ledger`,
          label: "Ledger",
          icon: <BookOpenText />,
          needs: "ledger.read",
          pages: [
            { href: `${base}/ledger/transfers`, label: "Transfers" },
            { href: `${base}/ledger/trial-balance`, label: "Trial balance" },
            { href: `${base}/ledger/proof`, label: "Proof" },
          ],
        },
      ],
    },
    {
      label: "Platform",
      items: [
        { href: `${base}/programs`, label: "Programs", icon: <Boxes />, needs: "programs.read" },
        {
          href: `${base}/organisations`,
          label: "Organisations",
          icon: <Building2 />,
          needs: "organisations.read",
        },
        { href: `${base}/imports`, label: "Import", icon: <FileUp />, needs: "imports.read" },
        {
          href: `${base}/rules`,
          label: "Rules",
          icon: <SlidersHorizontal />,
          needs: "rules.read",
          pages: [
            { href: `${base}/rules/limits`, label: "Limits" },
            { href: `${base}/rules/allowances`, label: "Allowances" },
          ],
        },
        { href: `${base}/audit`, label: "Audit log", icon: <ScrollText />, needs: "audit.read" },
        { href: `${base}/health`, label: "Health", icon: <Activity />, needs: "health.read" },
        { href: `${base}/team`, label: "Team", icon: <Users />, needs: "team.read" },
      ],
    },
  ];
  return groups.flatMap(({ label, items }) => {
    const open = items.filter((item) => can(item.needs)).map(({ needs: _, ...item }) => item);
    return open.length > 0 ? [{ ...(label && { label }), items: open }] : [];
  });
}
