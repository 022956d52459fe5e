"use client";

import { ChartArea, Download, Table2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { seriesColour } from "@/components/charts/party-colour";
import { downloadText, toCsv } from "@/components/charts/to-csv";
import { Card } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";
import { IconButton } from "@/components/ui/icon-button";
import { SkeletonChart } from "@/components/ui/skeleton";

export interface ChartTable {
  head: readonly string[];
  /** As shown; the first cell names the row. */
  rows: readonly (readonly string[])[];
  /** As downloaded: plain decimals. */
  csv: readonly (readonly string[])[];
}

export interface ChartCardProps {
  /** The question that the chart answers. */
  title: string;
  /** Units and span: "EUR per day, by kind of payment". */
  hint?: ReactNode;
  legend?: readonly { label: string; colour: number }[];
  actions?: ReactNode;
  footer?: ReactNode;
  loading?: boolean;
  /** Said instead of an empty chart. */
  empty?: ReactNode;
  fileName?: string;
  bare?: boolean;
  className?: string;
}

interface Props extends ChartCardProps {
  table: ChartTable;
  height: number;
  /** Whether there is nothing to draw; left out, when the table has no rows. */
  nothing?: boolean;
  children: ReactNode;
}

/** Around every chart: its question, legend, and the same figures as a table and as a file. */
export function ChartCard(props: Props) {
  const {
    title,
    hint,
    legend = [],
    actions,
    footer,
    loading,
    empty,
    fileName,
    bare,
    className,
    table,
    height,
  } = props;
  const [asTable, setAsTable] = useState(false);
  const nothing = props.nothing ?? table.rows.length === 0;
  const controls = (
    <>
      {actions}
      {loading || nothing ? null : (
        <span className="flex items-center">
          <IconButton
            size="sm"
            label={asTable ? "Show as chart" : "Show as table"}
            aria-pressed={asTable}
            icon={asTable ? <ChartArea /> : <Table2 />}
            onClick={() => setAsTable(!asTable)}
          />
          <IconButton
            size="sm"
            label="Download as CSV"
            icon={<Download />}
            onClick={() => downloadText(`${fileName ?? slug(title)}.csv`, toCsv(table.csv))}
          />
        </span>
      )}
    </>
  );
  const legendRow =
    legend.length > 1 && !asTable && !nothing ? (
      <ul className="mb-3 flex flex-wrap gap-x-4 gap-y-1" aria-label="Legend">
        {legend.map((entry) => (
          <li key={entry.label} className="flex items-center gap-1.5 text-xs text-muted">
            <span
              aria-hidden
              className="size-2.5 rounded-[2px]"
              style={{ background: seriesColour(entry.colour) }}
            />
            {entry.label}
          </li>
        ))}
      </ul>
    ) : null;
  const body = loading ? (
    <SkeletonChart className="h-auto" />
  ) : nothing ? (
    <div className="flex items-center justify-center text-center text-sm text-muted" style={{ height }}>
      {empty ?? "Nothing in this span."}
    </div>
  ) : asTable ? (
    <FigureTable title={title} table={table} height={height} />
  ) : (
    <figure aria-label={title} className="m-0 min-w-0">
      {legendRow}
      {props.children}
    </figure>
  );
  if (bare) {
    return (
      <div className={cn("relative min-w-0", className)}>
        <div className="absolute right-0 top-[-6px] z-10">{controls}</div>
        {body}
      </div>
    );
  }
  return (
    <Card title={title} hint={hint} actions={controls} footer={footer} className={className}>
      {body}
    </Card>
  );
}

function slug(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}

function FigureTable({ title, table, height }: { title: string; table: ChartTable; height: number }) {
  return (
    <section
      aria-label={`${title}, as a table`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard.
      tabIndex={0}
      className="overflow-auto rounded-md border border-line-soft"
      style={{ maxHeight: Math.max(height, 200) }}
    >
      <table className="w-full text-sm">
        <thead className="sticky top-0 bg-panel">
          <tr>
            {table.head.map((head, index) => (
              <th
                key={head}
                scope="col"
                className={cn(
                  "h-8 whitespace-nowrap border-b border-line px-3 text-xs font-medium text-muted",
                  index === 0 ? "text-left" : "text-right",
                )}
              >
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line-soft">
          {table.rows.map((row) => (
            <tr key={row[0]} className="h-8">
              {row.map((text, index) =>
                index === 0 ? (
                  <th
                    key={table.head[index]}
                    scope="row"
                    className="whitespace-nowrap px-3 text-left font-normal"
                  >
                    {text}
                  </th>
                ) : (
                  <td key={table.head[index]} className="tabular whitespace-nowrap px-3 text-right">
                    {text}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
