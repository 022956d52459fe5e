"use client";

import { ShieldCheck } from "lucide-react";
import { assignPartySeries } from "@/components/charts/party-colour";
import { SankeyChart } from "@/components/charts/sankey-chart";

export interface FlowTarget {
  /** Slug of the party: decides the colour. */
  key: string;
  name: string;
  amount: string;
}

interface SplitFlowProps {
  title: string;
  hint?: string;
  /** What stands at the left: "Taken in 30 days". */
  source: string;
  targets: readonly FlowTarget[];
  currency: string;
  /** The party that the page belongs to; it takes the first colour. */
  own?: string;
  height?: number;
  fileName?: string;
  proof?: string;
}

/** Series by party: the own one always the first, the others without two alike while there are at most six. */
export function partySeriesFor(keys: readonly string[], own?: string): Map<string, number> {
  return new Map(
    [...assignPartySeries(keys.map((key) => (key === own ? "$merchant" : key)))].map(([key, series]) => [
      key === "$merchant" && own ? own : key,
      series,
    ]),
  );
}

/** Where the money of one source went. Parties that got nothing are left out. */
export function SplitFlow(props: SplitFlowProps) {
  const { title, hint, source, targets, currency, own, height, fileName, proof } = props;
  const shown = targets.filter((target) => Number(target.amount) > 0);
  const series = partySeriesFor(
    shown.map((target) => target.key),
    own,
  );
  return (
    <SankeyChart
      title={title}
      hint={hint}
      currency={currency}
      height={height}
      fileName={fileName}
      nodes={[
        { id: "source", label: source, colour: 6 },
        ...shown.map((target) => ({
          id: target.key,
          label: target.name,
          colour: series.get(target.key) ?? 6,
        })),
      ]}
      links={shown.map((target) => ({ source: "source", target: target.key, amount: target.amount }))}
      footer={
        proof ? (
          <>
            <ShieldCheck aria-hidden className="size-4" /> {proof}
          </>
        ) : undefined
      }
    />
  );
}
