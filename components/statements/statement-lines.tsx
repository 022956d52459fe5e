"use client";

import { useMemo } from "react";
import { DataTable } from "@/components/data-table/data-table";
import type { DataColumn, TableFilter } from "@/components/data-table/types";
import { useTableState } from "@/components/data-table/use-table-state";
import { formatCount } from "@/components/money/format-count";
import { Money } from "@/components/money/money";
import { sumAmounts } from "@/components/money/sum-amounts";
import { stepWords } from "@/components/payments/payment-words";
import { ExactTime } from "@/components/time/relative-time";
import { FirstUse } from "@/components/ui/empty-state";
import { LongName } from "@/components/ui/long-name";
import type { StatementLineView } from "@/server/settlement/schema";

interface StatementLinesProps {
  lines: readonly StatementLineView[];
  currency: string;
  lineHref?: ((line: StatementLineView) => string) | undefined;
}

const netOf = (line: StatementLineView) => sumAmounts([line.amount.amount, line.refunds.amount]);
const keyOf = (line: StatementLineView) => `${line.day}/${line.rule}/${line.step}`;
const compareText =
  (of: (line: StatementLineView) => string) => (a: StatementLineView, b: StatementLineView) =>
    of(a) < of(b) ? -1 : 1;
const compareAmount =
  (of: (line: StatementLineView) => string) => (a: StatementLineView, b: StatementLineView) =>
    Number(of(a)) - Number(of(b));

/** The lines of a statement by day, rule and step; they add up to the share. */
export function StatementLines({ lines, currency, lineHref }: StatementLinesProps) {
  const filters = useMemo<TableFilter[]>(
    () => [
      {
        id: "rule",
        label: "Rule",
        kind: "choice",
        multiple: true,
        options: choices(lines.map((line) => line.rule)),
      },
      {
        id: "step",
        label: "Step",
        kind: "choice",
        multiple: true,
        options: choices(lines.map((line) => line.step)).map(({ value }) => ({
          value,
          label: stepWords(value),
        })),
      },
    ],
    [lines],
  );
  const state = useTableState({ filters, defaultSort: { id: "day", desc: false }, prefix: "line-" });
  const shown = lines.filter(
    (line) => includes(state.filters.rule, line.rule) && includes(state.filters.step, line.step),
  );
  const columns = useMemo<DataColumn<StatementLineView>[]>(
    () => [
      {
        id: "day",
        header: "Day",
        fixed: true,
        sortable: true,
        compare: compareText((line) => line.day),
        cell: (line) => <ExactTime at={`${line.day}T12:00:00Z`} format="weekday" />,
      },
      {
        id: "rule",
        header: "Rule",
        priority: 2,
        sortable: true,
        compare: compareText((line) => line.rule),
        cell: (line) => <LongName>{line.rule}</LongName>,
      },
      {
        id: "step",
        header: "Step",
        priority: 1,
        sortable: true,
        compare: compareText((line) => line.step),
        cell: (line) => (
          <span className="text-muted max-md:block max-md:whitespace-normal max-md:py-1.5 max-md:leading-4">
            <span className="block text-ink md:hidden">{line.rule}</span>
            {stepWords(line.step)}
          </span>
        ),
      },
      {
        id: "payments",
        header: "Payments",
        align: "right",
        priority: 2,
        sortable: true,
        compare: (a, b) => a.paymentCount - b.paymentCount,
        cell: (line) => formatCount(line.paymentCount),
      },
      {
        id: "gross",
        header: `Gross ${currency}`,
        align: "right",
        priority: 3,
        hint: "What was paid in these payments, of which the share is a part",
        sortable: true,
        compare: compareAmount((line) => line.gross.amount),
        cell: (line) => <Money {...line.gross} hideCode emphasis="muted" />,
      },
      {
        id: "amount",
        header: `Share ${currency}`,
        align: "right",
        priority: 2,
        sortable: true,
        compare: compareAmount((line) => line.amount.amount),
        cell: (line) => <Money {...line.amount} hideCode sum="part" />,
      },
      {
        id: "refunds",
        header: `Refunds ${currency}`,
        align: "right",
        priority: 2,
        cell: (line) => (
          <Money
            {...line.refunds}
            hideCode
            lossBelowZero
            sum="part"
            emphasis={Number(line.refunds.amount) === 0 ? "muted" : "normal"}
          />
        ),
      },
      {
        id: "net",
        header: `After refunds ${currency}`,
        align: "right",
        priority: 1,
        sortable: true,
        compare: compareAmount(netOf),
        cell: (line) => (
          <Money amount={netOf(line)} currency={currency} hideCode emphasis="strong" sum="whole" />
        ),
      },
    ],
    [currency],
  );
  return (
    <DataTable
      id="statement-lines"
      label="Lines"
      title="Lines by day, rule and step"
      columns={columns}
      rows={shown}
      rowId={keyOf}
      state={state}
      total={shown.length}
      rowHref={lineHref}
      toolbar={
        <span className="tabular text-sm text-muted">
          These together <Money amount={sumAmounts(shown.map(netOf))} currency={currency} emphasis="strong" />
        </span>
      }
      firstUse={
        <FirstUse title="No lines">
          Nothing was allocated in this period. What it pays was carried from before.
        </FirstUse>
      }
    />
  );
}

function choices(values: readonly string[]) {
  return [...new Set(values)].sort().map((value) => ({ value, label: value }));
}

function includes(chosen: readonly string[] | undefined, value: string): boolean {
  return !chosen || chosen.length === 0 || chosen.includes(value);
}
