"use client";

import { ShieldCheck } from "lucide-react";
import { MoneyFlow, type MoneyFlowRow } from "@/components/charts/money-flow";
import type { FlowView, RunView } from "@/server/settlement/schema";

/** Flows as the server answers them, for the drawing. */
export function flowRows(flows: readonly FlowView[]): MoneyFlowRow[] {
  return flows.map(({ from, to, amount, refunded }) => ({
    from,
    to,
    amount: amount.amount,
    refunded: refunded.amount,
  }));
}

/** Money from merchants, who took it, to parties, who were given it. */
export function RunFlow({ run, flows }: { run: RunView; flows: readonly FlowView[] }) {
  return (
    <MoneyFlow
      title="Who took it, and who gets it?"
      hint="Taken in this period"
      flows={flowRows(flows)}
      currency={run.program.currency}
      fileName={`run-${run.id}`}
      empty="Nothing of this period was split."
      footer={
        <>
          <ShieldCheck aria-hidden className="size-4" /> Adds up to the cent with the ledger, before
          guarantees, corrections and what was carried.
        </>
      }
    />
  );
}
