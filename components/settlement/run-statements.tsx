"use client";

import { SimpleTable } from "@/components/data-table/simple-table";
import type { DataColumn } from "@/components/data-table/types";
import { usePortal } from "@/components/frame/portal-context";
import { formatCount } from "@/components/money/format-count";
import { Money } from "@/components/money/money";
import { differenceOf, sumAmounts } from "@/components/money/sum-amounts";
import { StatementFiles } from "@/components/statements/statement-files";
import { Card } from "@/components/ui/card";
import { LongName } from "@/components/ui/long-name";
import { StatusBadge } from "@/components/ui/status-badge";
import type { RunView, StatementView } from "@/server/settlement/schema";

const FIGURES = ["opening", "allocated", "refunds", "corrections", "carriedOn", "payout"] as const;
type Figure = (typeof FIGURES)[number];

const HEADS: Record<Figure, string> = {
  opening: "Carried in",
  allocated: "Share",
  refunds: "Refunds",
  corrections: "Corrected",
  carriedOn: "Carried on",
  payout: "Paid out",
};

/** The figures of a statement with the signs that make a row add up to what is paid out. */
function figureOf(row: StatementView, figure: Figure): string {
  if (figure === "carriedOn") return differenceOf("0", row.closing.amount);
  if (figure !== "corrections") return row[figure].amount;
  const parts = [row.guarantees, row.adjustments, row.returned, row.reserve];
  return sumAmounts(parts.map(({ amount }) => amount));
}

/** What the run says to each party, in one table whose columns add up. */
export function RunStatements({ run, statements }: { run: RunView; statements: readonly StatementView[] }) {
  const { base } = usePortal();
  const { currency } = run.program;
  const columns: DataColumn<StatementView>[] = [
    {
      id: "party",
      header: "Party",
      cell: (row) => <LongName className="font-medium">{row.party.name}</LongName>,
    },
    {
      id: "payments",
      header: "Payments",
      align: "right",
      priority: 3,
      cell: (row) => <span className="text-muted">{formatCount(row.paymentCount)}</span>,
    },
    ...FIGURES.map(
      (figure): DataColumn<StatementView> => ({
        id: figure,
        header: HEADS[figure],
        align: "right",
        priority: figure === "payout" ? 1 : 2,
        ...(figure === "corrections" && {
          hint: "Guarantees, adjustments, reserves and payouts that came back",
        }),
        cell: (row) => {
          const amount = figureOf(row, figure);
          return (
            <Money
              amount={amount}
              currency={currency}
              hideCode
              sum={figure === "payout" ? "whole" : "part"}
              fact={figure === "payout" ? `${row.id} payout` : undefined}
              emphasis={figure === "payout" ? "strong" : Number(amount) === 0 ? "muted" : "normal"}
              sign={figure === "corrections" ? "always" : undefined}
            />
          );
        },
      }),
    ),
    {
      id: "state",
      header: "State",
      priority: 1,
      cell: (row) => <StatusBadge kind="statement" state={row.state} plain />,
    },
    {
      id: "files",
      header: "Download",
      priority: 2,
      cell: (row) => (
        <span className="relative z-10">
          <StatementFiles statementId={row.id} />
        </span>
      ),
    },
  ];
  const sumOf = (figure: Figure) => sumAmounts(statements.map((row) => figureOf(row, figure)));
  return (
    <Card title="What does the run say to each party?" hint={currency} flush>
      <SimpleTable
        label="Statements"
        columns={columns}
        rows={statements}
        rowId={(row) => row.id}
        rowHref={(row) => `${base}/settlement/statements/${row.id}`}
        empty={
          <p className="border-t border-line-soft px-4 py-6 text-sm text-muted">
            Statements are written when the period is frozen and clearing is explained.
          </p>
        }
        foot={{
          party: "All parties",
          ...Object.fromEntries(
            FIGURES.map((figure) => [
              figure,
              <Money
                key={figure}
                amount={sumOf(figure)}
                currency={currency}
                hideCode
                sum={figure === "payout" ? "whole" : "part"}
              />,
            ]),
          ),
        }}
      />
    </Card>
  );
}
