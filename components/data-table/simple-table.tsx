import Link from "next/link";
import type { ReactNode } from "react";
import { HIDE_BELOW } from "@/components/data-table/column-priority";
import type { DataColumn } from "@/components/data-table/types";
import { cn } from "@/components/ui/cn";

interface SimpleTableProps<Row> {
  label: string;
  columns: readonly DataColumn<Row>[];
  rows: readonly Row[];
  rowId: (row: Row) => string;
  /** Makes the first cell a link that covers the row. */
  rowHref?: (row: Row) => string;
  empty?: ReactNode;
  /** Cells of a last row in bold, by column id. */
  foot?: Readonly<Record<string, ReactNode>>;
  dense?: boolean;
  className?: string;
}

const EDGE = "px-3 first:pl-4 last:pr-4 max-md:px-2 max-md:first:pl-4 max-md:last:pr-4";

/** A short list inside a card: no URL, no paging. For `<Card flush>`. Columns as in `DataTable`; sorting is ignored. */
export function SimpleTable<Row>(props: SimpleTableProps<Row>) {
  const { label, columns, rows, rowId, rowHref, empty, foot, dense, className } = props;
  if (rows.length === 0 && empty) return <>{empty}</>;
  const look = columns.map((column, index) =>
    cn(
      EDGE,
      HIDE_BELOW[column.priority ?? (index === 0 ? 1 : 2)],
      column.align === "right" && "tabular text-right",
    ),
  );
  return (
    <div className={cn("relative overflow-x-auto", className)}>
      <table aria-label={label} className="w-full text-sm">
        <thead>
          <tr className="border-b border-line">
            {columns.map((column, index) => (
              <th
                key={column.id}
                scope="col"
                title={column.hint}
                style={column.width ? { width: column.width } : undefined}
                className={cn(
                  "h-9 whitespace-nowrap text-left text-xs font-medium text-muted max-md:whitespace-normal",
                  look[index],
                )}
              >
                {column.header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line-soft">
          {rows.map((row) => (
            <tr
              key={rowId(row)}
              data-sum={label}
              className={cn("relative", dense ? "h-8" : "h-10", rowHref && "hover:bg-hover")}
            >
              {columns.map((column, index) => (
                <td
                  key={column.id}
                  className={cn(column.truncate ? "max-w-0 truncate" : "whitespace-nowrap", look[index])}
                >
                  {rowHref && index === 0 ? (
                    <Link href={rowHref(row)} className="rounded-sm after:absolute after:inset-0">
                      {column.cell(row)}
                    </Link>
                  ) : (
                    column.cell(row)
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
        {foot ? (
          <tfoot>
            <tr data-sum={label} className="h-10 border-t border-line font-semibold">
              {columns.map((column, index) => (
                <td key={column.id} className={cn("whitespace-nowrap", look[index])}>
                  {foot[column.id]}
                </td>
              ))}
            </tr>
          </tfoot>
        ) : null}
      </table>
    </div>
  );
}
