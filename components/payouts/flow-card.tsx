"use client";

import { ShieldCheck } from "lucide-react";
import { MoneyFlow } from "@/components/charts/money-flow";
import { currencyUnit } from "@/components/money/currency-words";
import { flowRows } from "@/components/settlement/run-flow";
import type { FlowView } from "@/server/settlement/schema";

interface FlowCardProps {
  flows: readonly FlowView[];
  /** Public id of the party that looks. */
  partyId: string;
  currency: string;
}

/** From a merchant: who got what of its payments. To any other party: from whose payments its part came. */
export function FlowCard({ flows, partyId, currency }: FlowCardProps) {
  const outwards = flows.some((flow) => flow.from.id === partyId);
  return (
    <MoneyFlow
      title={outwards ? `Where did each ${currencyUnit(currency)} go?` : "Whose payments did it come from?"}
      hint={outwards ? "Taken in this period" : "Your share of this period"}
      flows={flowRows(flows)}
      currency={currency}
      fileName="money-flow"
      empty="No payment of this period was split between parties."
      footer={
        <span className="flex items-start gap-2">
          <ShieldCheck aria-hidden className="mt-0.5 size-4 shrink-0" />
          Adds up to the cent with the ledger, before corrections and what was carried.
        </span>
      }
    />
  );
}
