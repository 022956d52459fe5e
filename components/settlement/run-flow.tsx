"use client";

import { ShieldCheck } from "lucide-react";
import type { ReactNode } from "react";
import { SankeyChart } from "@/components/charts/sankey-chart";
import type { FlowView, RunView } from "@/server/settlement/schema";

/** The last of the six series. */
const GREY = 6;

/** Money from merchants, who took it, to parties, who were given it; each side in order of size. */
export function FlowSankey({
  title,
  hint,
  flows,
  currency,
  fileName,
  footer,
  actions,
}: {
  title: string;
  hint: string;
  flows: readonly FlowView[];
  currency: string;
  fileName: string;
  footer?: ReactNode;
  actions?: ReactNode;
}) {
  const shown = flows.filter(({ amount }) => Number(amount.amount) > 0);
  if (shown.length === 0) return null;
  const sources = ranked(shown, "from");
  const targets = ranked(shown, "to");
  // Streams have the colour of who took the money, and so has its own share at the right; the rest is grey there.
  const colours = new Map(sources.map(({ id }, index) => [id, (index % (GREY - 1)) + 1]));
  return (
    <SankeyChart
      title={title}
      hint={hint}
      currency={currency}
      height={Math.max(260, Math.max(sources.length, targets.length) * 40)}
      fileName={fileName}
      nodes={[
        ...sources.map((party) => ({
          id: `from/${party.id}`,
          label: party.name,
          colour: colours.get(party.id) ?? GREY,
        })),
        ...targets.map((party) => ({
          id: `to/${party.id}`,
          label: party.name,
          colour: colours.get(party.id) ?? GREY,
        })),
      ]}
      links={shown.map(({ from, to, amount }) => ({
        source: `from/${from.id}`,
        target: `to/${to.id}`,
        amount: amount.amount,
      }))}
      footer={footer}
      actions={actions}
    />
  );
}

export function RunFlow({ run, flows }: { run: RunView; flows: readonly FlowView[] }) {
  return (
    <FlowSankey
      title="Who took it, and who gets it?"
      hint={`${run.program.currency} of this period, net of refunds`}
      flows={flows}
      currency={run.program.currency}
      fileName={`run-${run.id}`}
      footer={
        <>
          <ShieldCheck aria-hidden className="size-4" /> Adds up to the cent with the ledger, before
          guarantees, reserves and what was carried.
        </>
      }
    />
  );
}

interface Side {
  id: string;
  slug: string;
  name: string;
  kind?: string;
  total: number;
}

/** The parties of one side, largest first. The sums only decide the order. */
function ranked(flows: readonly FlowView[], side: "from" | "to"): Side[] {
  const sides = new Map<string, Side>();
  for (const flow of flows) {
    const party: Omit<Side, "total"> = flow[side];
    const known = sides.get(party.id) ?? { ...party, total: 0 };
    known.total += Number(flow.amount.amount);
    sides.set(party.id, known);
  }
  return [...sides.values()].sort((a, b) => b.total - a.total);
}
