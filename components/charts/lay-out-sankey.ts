import { type SankeyLink, type SankeyNode, sankey, sankeyLinkHorizontal } from "d3-sankey";
import { NEUTRAL } from "@/components/charts/party-colour";
import { sumAmounts } from "@/components/money/sum-amounts";

export interface FlowNode {
  id: string;
  label: string;
  /** A number of the palette; grey when left out. */
  colour?: number;
  /** Slug of the party that it stands for. */
  party?: string;
}

export interface FlowLink {
  source: string;
  target: string;
  /** Decimal string; only flows above zero are drawn. */
  amount: string;
}

interface NodeExtra {
  id: string;
  label: string;
  colour: number;
  party: string | undefined;
}

interface LinkExtra {
  amount: string;
}

type LaidNode = SankeyNode<NodeExtra, LinkExtra>;
type LaidLink = SankeyLink<NodeExtra, LinkExtra>;

export interface DrawnNode {
  id: string;
  label: string;
  colour: number;
  party: string | undefined;
  amount: string;
  side: "left" | "middle" | "right";
  x: number;
  y: number;
  height: number;
}

export interface DrawnLink {
  id: string;
  path: string;
  width: number;
  colour: number;
  from: string;
  to: string;
  amount: string;
}

export interface Drawing {
  nodes: DrawnNode[];
  links: DrawnLink[];
  labelLeft: number;
  labelRight: number;
}

export const NODE_WIDTH = 8;
/** Narrower drawings have the amount of an end under its name. */
export const STACKED_BELOW = 480;
const LABEL_GAP = 18;
const STACKED_LABEL_GAP = 34;

const isNode = (end: LaidLink["source"]): end is LaidNode => typeof end === "object";

/** Places nodes and links of a flow in `width` × `height`, with room for the labels of both sides. */
export function layOutSankey(
  nodes: readonly FlowNode[],
  links: readonly FlowLink[],
  width: number,
  height: number,
): Drawing {
  const drawn = links.filter((link) => Number(link.amount) > 0 && link.source !== link.target);
  const used = new Set(drawn.flatMap((link) => [link.source, link.target]));
  const kept = nodes.filter((node) => used.has(node.id));
  if (kept.length === 0) return { nodes: [], links: [], labelLeft: 0, labelRight: 0 };
  const targets = new Set(drawn.map((link) => link.target));
  const sources = new Set(drawn.map((link) => link.source));
  const origins = kept.filter((node) => !targets.has(node.id));
  const hasMiddle = kept.some((node) => targets.has(node.id) && sources.has(node.id));
  const labelRight = Math.min(220, Math.round(width * (hasMiddle ? 0.4 : 0.46)));
  const labelLeft = origins.length > 1 ? Math.min(150, Math.round(width * 0.24)) : 0;

  const stacked = width < STACKED_BELOW;

  const graph = sankey<NodeExtra, LinkExtra>()
    .nodeId((node) => node.id)
    .nodeWidth(NODE_WIDTH)
    .nodePadding(stacked ? STACKED_LABEL_GAP : LABEL_GAP)
    .nodeSort(null)
    .linkSort(null)
    .extent([
      [labelLeft, hasMiddle ? 22 : stacked ? 14 : 6],
      [Math.max(labelLeft + 60, width - labelRight), height - (stacked ? 18 : 10)],
    ])({
    nodes: kept.map((node) => ({
      id: node.id,
      label: node.label,
      colour: node.colour ?? NEUTRAL,
      party: node.party,
    })),
    links: drawn.map((link) => ({
      source: link.source,
      target: link.target,
      value: Number(link.amount),
      amount: link.amount,
    })),
  });

  const through = (id: string) => {
    const incoming = drawn.filter((link) => link.target === id).map((link) => link.amount);
    const outgoing = drawn.filter((link) => link.source === id).map((link) => link.amount);
    return sumAmounts(incoming.length > 0 ? incoming : outgoing);
  };
  const pathOf = sankeyLinkHorizontal<NodeExtra, LinkExtra>();
  return {
    labelLeft,
    labelRight,
    nodes: graph.nodes.map((node) => ({
      id: node.id,
      label: node.label,
      colour: node.colour,
      party: node.party,
      amount: through(node.id),
      side: targets.has(node.id) ? (sources.has(node.id) ? "middle" : "right") : "left",
      x: node.x0 ?? 0,
      y: node.y0 ?? 0,
      height: Math.max(2, (node.y1 ?? 0) - (node.y0 ?? 0)),
    })),
    links: graph.links.flatMap((link) => {
      if (!isNode(link.source) || !isNode(link.target)) return [];
      return {
        id: `${link.source.id}→${link.target.id}`,
        path: pathOf(link) ?? "",
        width: Math.max(1, link.width ?? 1),
        colour: targets.has(link.source.id) || origins.length === 1 ? link.target.colour : link.source.colour,
        from: link.source.label,
        to: link.target.label,
        amount: link.amount,
      };
    }),
  };
}
