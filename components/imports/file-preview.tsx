import { SimpleTable } from "@/components/data-table/simple-table";
import type { DataColumn } from "@/components/data-table/types";
import type { ImportPreview } from "@/components/imports/import-words";
import { Money } from "@/components/money/money";
import { ExactTime } from "@/components/time/relative-time";
import { Banner } from "@/components/ui/banner";

type Row = ImportPreview["rows"][number];

const COLUMNS: readonly DataColumn<Row>[] = [
  { id: "line", header: "Line", width: "4rem", cell: (row) => row.rowNumber },
  {
    id: "what",
    header: "Read as",
    priority: 1,
    cell: (row) =>
      row.ok ? (
        { payment: "Payment", refund: "Refund", free: "Free" }[row.kind]
      ) : (
        <span className="block whitespace-normal text-loss">
          {row.column && !row.message.includes(row.column) ? `${row.column}: ` : ""}
          {row.message}
        </span>
      ),
  },
  {
    id: "when",
    header: "Paid",
    priority: 2,
    cell: (row) => (row.ok ? <ExactTime at={row.paidAt} format="dateTime" /> : null),
  },
  { id: "means", header: "Means", priority: 3, cell: (row) => (row.ok ? row.means : null) },
  { id: "zone", header: "Zone", priority: 3, cell: (row) => (row.ok ? row.zone : null) },
  {
    id: "odd",
    header: "Odd",
    priority: 3,
    cell: (row) => (
      <span className="block whitespace-normal">{row.flags.map(({ sentence }) => sentence).join(" ")}</span>
    ),
  },
  {
    id: "amount",
    header: "Amount",
    align: "right",
    priority: 1,
    cell: (row) => (row.ok ? <Money {...row.amount} /> : null),
  },
];

/** The first lines of a file as they would be read. */
export function FilePreview({ preview }: { preview: ImportPreview }) {
  if (preview.refusal) {
    return (
      <Banner tone="waiting" title={preview.refusal.message}>
        <span className="font-mono text-xs">{preview.refusal.code}</span>
      </Banner>
    );
  }
  if (preview.rows.length === 0) return null;
  return (
    <SimpleTable
      label="First lines of the file"
      columns={COLUMNS}
      rows={preview.rows}
      rowId={(row) => String(row.rowNumber)}
      dense
    />
  );
}
