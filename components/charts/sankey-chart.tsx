"use client";

import { useMemo, useState } from "react";
import { ChartCard, type ChartCardProps, type ChartTable } from "@/components/charts/chart-card";
import {
  type DrawnNode,
  type FlowLink,
  type FlowNode,
  layOutSankey,
  NODE_WIDTH,
  STACKED_BELOW,
} from "@/components/charts/lay-out-sankey";
import { seriesColour } from "@/components/charts/party-colour";
import { useWidth } from "@/components/charts/use-width";
import { formatAmount } from "@/components/money/format-amount";
import { cn } from "@/components/ui/cn";

export interface SankeyChartProps extends Omit<ChartCardProps, "legend"> {
  /** In the order in which they are to stand, from the top. */
  nodes: readonly FlowNode[];
  links: readonly FlowLink[];
  currency: string;
  height?: number;
}

/** Where money went: sources at the left, parties at the right with what each received. */
export function SankeyChart({ nodes, links, currency, height, ...card }: SankeyChartProps) {
  const ends = new Set(links.map((link) => link.target)).size;
  const tall = height ?? Math.max(220, Math.min(560, 60 + ends * 36));
  const [box, width] = useWidth<HTMLDivElement>(620);
  const [near, setNear] = useState<string | null>(null);
  const drawing = useMemo(() => layOutSankey(nodes, links, width, tall), [nodes, links, width, tall]);
  const table = useMemo<ChartTable>(() => {
    const nameOf = (id: string) => nodes.find((node) => node.id === id)?.label ?? id;
    const rows = links.map(
      (link) => [`${nameOf(link.source)} to ${nameOf(link.target)}`, link.amount] as const,
    );
    return {
      head: ["From and to", currency],
      rows: rows.map(([name, amount]) => [name, formatAmount(amount, { currency })]),
      csv: [
        ["from", "to", "amount", "currency"],
        ...links.map((link) => [nameOf(link.source), nameOf(link.target), link.amount, currency]),
      ],
    };
  }, [nodes, links, currency]);

  return (
    <ChartCard {...card} table={table} height={tall}>
      <div ref={box} className="relative w-full overflow-hidden" style={{ height: tall }}>
        <svg aria-hidden="true" width={width} height={tall} className="absolute inset-0">
          {drawing.links.map((link) => (
            <path
              key={link.id}
              d={link.path}
              fill="none"
              stroke={seriesColour(link.colour)}
              strokeWidth={link.width}
              strokeOpacity={near === null ? 0.28 : near === link.id ? 0.55 : 0.12}
              onPointerEnter={() => setNear(link.id)}
              onPointerLeave={() => setNear(null)}
              className="transition-[stroke-opacity]"
            >
              <title>{`${link.from} to ${link.to}: ${formatAmount(link.amount, { currency })} ${currency}`}</title>
            </path>
          ))}
          {drawing.nodes.map((node) => (
            <rect
              key={node.id}
              x={node.x}
              y={node.y}
              width={NODE_WIDTH}
              height={node.height}
              rx={1.5}
              fill={seriesColour(node.colour)}
              data-party={node.party}
            />
          ))}
        </svg>
        {drawing.nodes.map((node) => (
          <NodeLabel
            key={node.id}
            node={node}
            currency={currency}
            width={width}
            labelLeft={drawing.labelLeft}
            labelRight={drawing.labelRight}
          />
        ))}
      </div>
    </ChartCard>
  );
}

interface LabelProps {
  node: DrawnNode;
  currency: string;
  width: number;
  labelLeft: number;
  labelRight: number;
}

function NodeLabel({ node, currency, width, labelLeft, labelRight }: LabelProps) {
  const amount = formatAmount(node.amount, { currency });
  const middle = node.y + node.height / 2 - 8;
  if (node.side === "right") {
    // On a phone the name needs the whole width; the amount stands under it.
    const stacked = width < STACKED_BELOW;
    return (
      <span
        className={cn(
          "absolute flex text-xs",
          stacked ? "flex-col leading-4" : "h-4 items-center justify-between gap-3",
        )}
        style={{
          top: stacked ? middle - 8 : middle,
          left: node.x + NODE_WIDTH + 8,
          width: Math.max(60, labelRight - NODE_WIDTH - 8),
        }}
      >
        <span className={cn("truncate", stacked ? "max-w-full" : "min-w-0")} title={node.label}>
          {node.label}
        </span>
        <span data-sum-part="" className="tabular whitespace-nowrap text-muted">
          {amount}
        </span>
      </span>
    );
  }
  if (node.side === "left" && labelLeft === 0) return null;
  if (node.side === "middle") {
    return (
      <span
        className="absolute -translate-x-1/2 whitespace-nowrap rounded-sm bg-panel/85 px-1 text-xs leading-4"
        style={{
          top: Math.max(0, node.y - 20),
          left: Math.min(Math.max(70, node.x + NODE_WIDTH / 2), width - 70),
        }}
      >
        {node.label}
        <span className="tabular ml-1.5 text-muted max-sm:hidden">{amount}</span>
      </span>
    );
  }
  const roomy = node.height > 30;
  return (
    <span
      className="absolute flex flex-col items-end text-right text-xs leading-4"
      style={{ top: roomy ? middle - 8 : middle, left: 0, width: labelLeft - 8 }}
    >
      <span className="max-w-full truncate" title={`${node.label} ${amount}`}>
        {node.label}
      </span>
      {roomy ? <span className="tabular text-muted">{amount}</span> : null}
    </span>
  );
}
