"use client";

import { SimpleTable } from "@/components/data-table/simple-table";
import type { DataColumn } from "@/components/data-table/types";
import { usePortal } from "@/components/frame/portal-context";
import { formatCount } from "@/components/money/format-count";
import { Money } from "@/components/money/money";
import { sumAmounts } from "@/components/money/sum-amounts";
import { StatementFiles } from "@/components/statements/statement-files";
import { Card } from "@/components/ui/card";
import { StatusBadge } from "@/components/ui/status-badge";
import type { RunView, StatementView } from "@/server/settlement/schema";

const FIGURES = [
  "opening",
  "allocated",
  "refunds",
  "guarantees",
  "adjustments",
  "payout",
  "closing",
] as const;
type Figure = (typeof FIGURES)[number];

const HEADS: Record<Figure, string> = {
  opening: "Opening",
  allocated: "Share",
  refunds: "Refunds",
  guarantees: "Guarantees",
  adjustments: "Adjusted",
  payout: "Paid out",
  closing: "Carried on",
};
/** Those that can be below zero show their sign. */
const SIGNED: readonly Figure[] = ["refunds", "guarantees", "adjustments"];

/** What the run says to each party, in one table whose columns add up. */
export function RunStatements({ run, statements }: { run: RunView; statements: readonly StatementView[] }) {
  const { base } = usePortal();
  const { currency } = run.program;
  const columns: DataColumn<StatementView>[] = [
    { id: "party", header: "Party", cell: (row) => <span className="font-medium">{row.party.name}</span> },
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
        priority: figure === "payout" ? 1 : figure === "allocated" || figure === "refunds" ? 2 : 3,
        cell: (row) => (
          <Money
            {...row[figure]}
            hideCode
            emphasis={figure === "payout" ? "strong" : Number(row[figure].amount) === 0 ? "muted" : "normal"}
            {...(SIGNED.includes(figure) && Number(row[figure].amount) !== 0 && { sign: "always" as const })}
          />
        ),
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
  const sumOf = (figure: Figure) => sumAmounts(statements.map((row) => row[figure].amount));
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
              <Money key={figure} amount={sumOf(figure)} currency={currency} hideCode />,
            ]),
          ),
        }}
      />
    </Card>
  );
}
