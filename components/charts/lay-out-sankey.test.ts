import { expect, test } from "vitest";
import { layOutSankey } from "@/components/charts/lay-out-sankey";

const nodes = ["in", "a", "b", "c", "d"].map((id) => ({ id, label: id }));
const links = [
  { source: "in", target: "a", amount: "25199.54" },
  { source: "in", target: "b", amount: "821.40" },
  { source: "in", target: "c", amount: "0.01" },
  { source: "in", target: "d", amount: "-3.00" },
];

test("parties stand far enough apart for their labels, however small their share", () => {
  const { nodes: drawn } = layOutSankey(nodes, links, 600, 260);
  const right = drawn.filter((node) => node.side === "right").sort((x, y) => x.y - y.y);
  for (const [index, node] of right.entries()) {
    const next = right[index + 1];
    if (next) expect(next.y - node.y).toBeGreaterThanOrEqual(16);
    expect(node.y + node.height).toBeLessThanOrEqual(260);
  }
});

test("what is not above zero is not drawn, and nothing else is left out", () => {
  const drawing = layOutSankey(nodes, links, 600, 260);
  expect(drawing.links.map((link) => link.to)).toEqual(["a", "b", "c"]);
  expect(drawing.nodes.find((node) => node.id === "in")?.amount).toBe("26020.95");
  expect(layOutSankey(nodes, [], 600, 260).nodes).toEqual([]);
});
