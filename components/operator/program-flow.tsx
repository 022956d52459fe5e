import { SankeyChart } from "@/components/charts/sankey-chart";
import { Card } from "@/components/ui/card";
import type { OperatorOverview } from "@/server/reporting/schema";

/** The last of the six series. */
const GREY = 6;

interface ProgramFlowProps {
  flow: OperatorOverview["flow"];
  currency: string;
  program: string;
}

/** Money of the last seven days from the merchants who took it to the parties who were given it. */
export function ProgramFlow({ flow, currency, program }: ProgramFlowProps) {
  const shown = flow.filter(({ amount }) => Number(amount) > 0);
  const title = "Where did this week's money go?";
  if (shown.length === 0) {
    return (
      <Card title={title}>
        <p className="text-sm text-muted">
          Nothing was split in the last seven days. Captured payments are split within seconds.
        </p>
      </Card>
    );
  }
  const sources = ranked(shown, "from");
  const targets = ranked(shown, "to");
  // Streams have the colour of who took the money, and so has its own share at the right; the rest is grey there.
  const colours = new Map(sources.map(({ slug }, index) => [slug, (index % (GREY - 1)) + 1]));
  return (
    <SankeyChart
      title={title}
      hint={`${currency} captured in the last 7 days, from who took it to who received it`}
      currency={currency}
      height={Math.max(320, targets.length * 40)}
      fileName={`flow-${program}`}
      nodes={[
        ...sources.map(({ slug, name }) => ({
          id: `from/${slug}`,
          label: name,
          colour: colours.get(slug) ?? GREY,
        })),
        ...targets.map(({ slug, name }) => ({
          id: `to/${slug}`,
          label: name,
          colour: colours.get(slug) ?? GREY,
        })),
      ]}
      links={shown.map(({ from, to, amount }) => ({
        source: `from/${from}`,
        target: `to/${to}`,
        amount,
      }))}
    />
  );
}

/** The parties of one side, largest first. The sums only decide the order. */
function ranked(flow: OperatorOverview["flow"], side: "from" | "to") {
  const totals = new Map<string, { slug: string; name: string; total: number }>();
  for (const link of flow) {
    const slug = link[side];
    const name = side === "from" ? link.fromName : link.toName;
    const known = totals.get(slug) ?? { slug, name, total: 0 };
    known.total += Number(link.amount);
    totals.set(slug, known);
  }
  return [...totals.values()].sort((a, b) => b.total - a.total);
}
