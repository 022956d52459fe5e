import { formatCount } from "@/components/money/format-count";
import { Money } from "@/components/money/money";
import { stepWords } from "@/components/payments/payment-words";
import { Card } from "@/components/ui/card";
import type { AgencyOverview } from "@/server/reporting/schema";

/** Which rules of the agreement earned the share, largest first, as bars of one scale. */
export function StepEarnings({ overview }: { overview: AgencyOverview }) {
  const { bySteps, program } = overview;
  const top = Math.max(...bySteps.map((row) => Number(row.amount)), 0.01);
  return (
    <Card title="Which rules earned it?" hint={`${program.currency} of the last 30 days, by rule and step`}>
      {bySteps.length === 0 ? (
        <p className="text-sm text-muted">Nothing was allocated to you in the last 30 days.</p>
      ) : (
        <ul className="grid grid-cols-1 gap-3">
          {bySteps.map((row) => (
            <li key={`${row.rule}/${row.step}`}>
              <div className="flex items-baseline justify-between gap-4 text-sm">
                <span title={`${row.rule}, ${stepWords(row.step)}`} className="min-w-0 truncate">
                  {row.rule} <span className="text-muted">{stepWords(row.step)}</span>
                </span>
                <Money amount={row.amount} currency={program.currency} hideCode />
              </div>
              <div className="mt-1 h-1.5 overflow-hidden rounded-full bg-neutral-soft">
                <div
                  className="h-full rounded-full bg-series-1"
                  style={{ width: `${Math.max(0, (Number(row.amount) / top) * 100)}%` }}
                />
              </div>
              <p className="tabular mt-0.5 text-xs text-muted">
                {formatCount(row.payments)} {row.payments === 1 ? "payment" : "payments"}
              </p>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
