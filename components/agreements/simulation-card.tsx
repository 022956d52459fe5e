"use client";

import type { ReactNode } from "react";
import { ComparisonBars } from "@/components/charts/comparison-bars";
import { formatCount } from "@/components/money/format-count";
import { Money } from "@/components/money/money";
import { differenceOf } from "@/components/money/sum-amounts";
import { type QueryLike, QueryView } from "@/components/query/query-view";
import { ExactTime } from "@/components/time/relative-time";
import { Card } from "@/components/ui/card";
import { KeyValueList } from "@/components/ui/key-value";
import { SkeletonText } from "@/components/ui/skeleton";
import type { SimulationView } from "@/server/settlement/schema";

interface SimulationCardProps {
  version: number;
  query: QueryLike<SimulationView | null>;
  /** Under the comparison: the buttons to answer. */
  footer?: ReactNode;
}

/** What a version would have changed for the party that looks: old against new, in money, over its own past. */
export function SimulationCard({ version, query, footer }: SimulationCardProps) {
  const data = query.data;
  return (
    <Card
      title={`How version ${version} would have changed it`}
      hint={
        data ? (
          <>
            Your share of {formatCount(data.payments)} payments, <ExactTime at={data.from} format="day" /> to{" "}
            <ExactTime at={data.to} format="day" />, old against new
          </>
        ) : (
          "Your last 30 days, old against new"
        )
      }
      footer={footer}
    >
      <QueryView query={query} what="The comparison" skeleton={<SkeletonText lines={6} />}>
        {(found) =>
          found === null ? (
            <div role="status" aria-label="The comparison is being reckoned" aria-busy>
              <SkeletonText lines={6} />
              <p className="mt-3 text-xs text-muted">The last 30 days are being split by this version.</p>
            </div>
          ) : found.rows.length === 0 ? (
            <p className="text-sm text-muted">
              No payment of the last 30 days brought you anything, under either version.
            </p>
          ) : (
            <ComparisonBars
              currency={found.after.currency}
              rows={found.rows.map((row) => ({
                id: row.rule,
                label: row.rule,
                before: row.before.amount,
                after: row.after.amount,
                colour: 1,
              }))}
              total={{ label: "Together", before: found.before.amount, after: found.after.amount }}
            />
          )
        }
      </QueryView>
    </Card>
  );
}

/** The sums of a comparison, for the dialog in which a version is approved. */
export function SimulationSums({ simulation }: { simulation: SimulationView }) {
  const { before, after } = simulation;
  const change = differenceOf(after.amount, before.amount);
  return (
    <KeyValueList
      items={[
        { label: "Your share of the last 30 days", value: <Money {...before} /> },
        { label: "The same under this version", value: <Money {...after} /> },
        {
          label: "Difference",
          value: <Money amount={change} currency={after.currency} sign="always" emphasis="strong" />,
        },
      ]}
    />
  );
}
