"use client";

import { ShieldCheck } from "lucide-react";
import { SankeyChart } from "@/components/charts/sankey-chart";
import { partySeriesFor } from "@/components/overview/split-flow";
import { Card } from "@/components/ui/card";
import type { FlowView } from "@/server/settlement/schema";

interface FlowCardProps {
  flows: readonly FlowView[];
  /** The party that looks. */
  partyId: string;
  partySlug: string;
  currency: string;
  hint: string;
}

/** From a merchant: who got what of its payments. To any other party: from whose payments its part came. */
export function FlowCard({ flows, partyId, partySlug, currency, hint }: FlowCardProps) {
  const shown = flows.filter((flow) => Number(flow.amount.amount) > 0);
  const outwards = shown.some((flow) => flow.from.id === partyId);
  const title = outwards
    ? "Where did each euro go?".replace("euro", unitName(currency))
    : "Whose payments did it come from?";
  if (shown.length === 0) {
    return (
      <Card title={title} hint={hint}>
        <p className="text-sm text-muted">No payment of this period was split between parties.</p>
      </Card>
    );
  }
  const far = [
    ...new Map(
      shown.map((flow) => (outwards ? [flow.to.id, flow.to.name] : [flow.from.id, flow.from.name])),
    ).keys(),
  ];
  const near = outwards ? shown[0]?.from : shown[0]?.to;
  const nameOf = new Map(
    shown.flatMap(
      (flow) =>
        [
          [flow.from.id, flow.from.name],
          [flow.to.id, flow.to.name],
        ] as const,
    ),
  );
  const series = partySeriesFor(
    far.map((id) => (id === partyId ? partySlug : id)),
    partySlug,
  );
  // A merchant stands on both sides: it takes the money, and keeps a part of it.
  const nearId = `near:${near?.id ?? ""}`;
  return (
    <SankeyChart
      title={title}
      hint={hint}
      currency={currency}
      height={Math.max(240, far.length * 44)}
      fileName="money-flow"
      nodes={[
        { id: nearId, label: near?.name ?? "", colour: outwards ? 6 : 1 },
        ...far.map((id) => ({
          id,
          label: nameOf.get(id) ?? "",
          colour: series.get(id === partyId ? partySlug : id) ?? 6,
        })),
      ]}
      links={shown.map((flow) =>
        outwards
          ? { source: nearId, target: flow.to.id, amount: flow.amount.amount }
          : { source: flow.from.id, target: nearId, amount: flow.amount.amount },
      )}
      footer={
        <>
          <ShieldCheck aria-hidden className="size-4" /> Net of refunds. Adds up to the cent with the ledger.
        </>
      }
    />
  );
}

function unitName(currency: string): string {
  return { EUR: "euro", USD: "dollar", GBP: "pound", NOK: "krone" }[currency] ?? currency;
}
