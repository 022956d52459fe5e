"use client";

import { ShieldCheck } from "lucide-react";
import { usePartySeries } from "@/components/charts/party-series";
import { SankeyChart } from "@/components/charts/sankey-chart";

export interface FlowTarget {
  slug: string;
  kind: string;
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
  height?: number;
  fileName?: string;
  proof?: string;
}

/** Where the money of one source went. Parties that got nothing are left out. */
export function SplitFlow(props: SplitFlowProps) {
  const { title, hint, source, targets, currency, height, fileName, proof } = props;
  const shown = targets.filter((target) => Number(target.amount) > 0);
  const seriesOf = usePartySeries();
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
          id: target.slug,
          label: target.name,
          colour: seriesOf(target),
        })),
      ]}
      links={shown.map((target) => ({ source: "source", target: target.slug, amount: target.amount }))}
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
