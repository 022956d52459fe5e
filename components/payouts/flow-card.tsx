"use client";

import { ShieldCheck } from "lucide-react";
import { usePartySeries } from "@/components/charts/party-series";
import { SankeyChart } from "@/components/charts/sankey-chart";
import { currencyUnit } from "@/components/money/currency-words";
import { Card } from "@/components/ui/card";
import type { FlowView } from "@/server/settlement/schema";

interface FlowCardProps {
  flows: readonly FlowView[];
  /** Public id of the party that looks. */
  partyId: string;
  currency: string;
  hint: string;
}

/** From a merchant: who got what of its payments. To any other party: from whose payments its part came. */
export function FlowCard({ flows, partyId, currency, hint }: FlowCardProps) {
  const seriesOf = usePartySeries();
  const shown = flows.filter((flow) => Number(flow.amount.amount) > 0);
  const outwards = shown.some((flow) => flow.from.id === partyId);
  const title = outwards
    ? `Where did each ${currencyUnit(currency)} go?`
    : "Whose payments did it come from?";
  const first = shown[0];
  if (!first) {
    return (
      <Card title={title} hint={hint}>
        <p className="text-sm text-muted">No payment of this period was split between parties.</p>
      </Card>
    );
  }
  // A merchant stands on both sides: it takes the money and keeps a part of it, so the near side has an id of its own.
  const near = outwards ? first.from : first.to;
  const far = [
    ...new Map(
      shown.map((flow) => (outwards ? flow.to : flow.from)).map((party) => [party.id, party]),
    ).values(),
  ];
  return (
    <SankeyChart
      title={title}
      hint={hint}
      currency={currency}
      height={Math.max(260, far.length * 44)}
      fileName="money-flow"
      nodes={[
        { id: "near", label: near.name, colour: outwards ? 6 : 1 },
        ...far.map((party) => ({ id: party.id, label: party.name, colour: seriesOf(party) })),
      ]}
      links={shown.map((flow) =>
        outwards
          ? { source: "near", target: flow.to.id, amount: flow.amount.amount }
          : { source: flow.from.id, target: "near", amount: flow.amount.amount },
      )}
      footer={
        <span className="flex items-start gap-2">
          <ShieldCheck aria-hidden className="mt-0.5 size-4 shrink-0" />
          Net of refunds. Adds up to the cent with the ledger.
        </span>
      }
    />
  );
}
