"use client";

import type { ReactNode } from "react";
import { NEUTRAL } from "@/components/charts/party-colour";
import { usePartySeries } from "@/components/charts/party-series";
import { SankeyChart } from "@/components/charts/sankey-chart";
import { Money } from "@/components/money/money";
import { differenceOf, sumAmounts } from "@/components/money/sum-amounts";
import { Card } from "@/components/ui/card";

interface Party {
  slug: string;
  name: string;
  kind?: string;
}

export interface MoneyFlowRow {
  /** Who took it. */
  from: Party;
  to: Party;
  /** What the party was given, before refunds. */
  amount: string;
  /** What refunds took back of it; zero or below. */
  refunded: string;
}

interface MoneyFlowProps {
  title: string;
  /** Before the sum: "Taken in the last 7 days". */
  hint: string;
  flows: readonly MoneyFlowRow[];
  currency: string;
  fileName: string;
  height?: number;
  /** Said while nothing flowed. */
  empty: ReactNode;
  footer?: ReactNode;
  actions?: ReactNode;
}

const BACK = "back";

/**
 * Money from those who took it to those who were given it, each in its own colour. What was given back to payers is an
 * end of its own, so that the ends add up to what was taken.
 */
export function MoneyFlow(props: MoneyFlowProps) {
  const { title, hint, flows, currency, fileName, height, empty, footer, actions } = props;
  const seriesOf = usePartySeries();
  const taken = sumAmounts(flows.map(({ amount }) => amount));
  const kept = flows.map((flow) => ({ ...flow, net: sumAmounts([flow.amount, flow.refunded]) }));
  const shown = kept.filter(({ net }) => Number(net) > 0);
  // Who gave back more than it got has no stream; it is named below with its sign.
  const below = kept.filter(({ net }) => Number(net) < 0);
  const back = [...Map.groupBy(kept, ({ from }) => from.slug)].flatMap(([slug, own]) => {
    const amount = differenceOf("0", sumAmounts(own.map(({ refunded }) => refunded)));
    return Number(amount) > 0 ? [{ slug, amount }] : [];
  });
  if (shown.length === 0 && back.length === 0) {
    return (
      <Card title={title} actions={actions}>
        <p className="text-sm text-muted">{empty}</p>
      </Card>
    );
  }
  const sources = ranked(kept, ({ from }) => from);
  const targets = ranked(shown, ({ to }) => to);
  const node = (side: "from" | "to", party: Party) => ({
    id: `${side}/${party.slug}`,
    label: party.name,
    colour: seriesOf(party),
    party: party.slug,
  });
  return (
    <div data-sum="money flow" className="contents">
      <SankeyChart
        title={title}
        hint={
          <>
            {hint}: <Money amount={taken} currency={currency} sum="whole" />
          </>
        }
        currency={currency}
        height={height ?? Math.max(260, Math.max(sources.length, targets.length + 1) * 40)}
        fileName={fileName}
        actions={actions}
        nodes={[
          ...sources.map((party) => node("from", party)),
          ...targets.map((party) => node("to", party)),
          { id: BACK, label: "Given back to payers", colour: NEUTRAL },
        ]}
        links={[
          ...shown.map(({ from, to, net }) => ({
            source: `from/${from.slug}`,
            target: `to/${to.slug}`,
            amount: net,
          })),
          ...back.map(({ slug, amount }) => ({ source: `from/${slug}`, target: BACK, amount })),
        ]}
        footer={
          below.length === 0 ? (
            footer
          ) : (
            <span className="grid gap-1">
              <span>
                Not drawn, as refunds took back more than it was given:{" "}
                {below.map(({ from, to, net }) => (
                  <span key={`${from.slug}/${to.slug}`} className="mr-3">
                    {to.name} <Money amount={net} currency={currency} hideCode sum="part" />
                  </span>
                ))}
              </span>
              {footer}
            </span>
          )
        }
      />
    </div>
  );
}

/** Each party once, largest first. The sums only decide the order. */
function ranked<Row extends MoneyFlowRow>(rows: readonly Row[], partyOf: (row: Row) => Party): Party[] {
  return [...Map.groupBy(rows, (row) => partyOf(row).slug).values()]
    .flatMap((own) => {
      const first = own[0];
      return first
        ? [{ party: partyOf(first), total: own.reduce((sum, { amount }) => sum + Number(amount), 0) }]
        : [];
    })
    .sort((a, b) => b.total - a.total)
    .map(({ party }) => party);
}
