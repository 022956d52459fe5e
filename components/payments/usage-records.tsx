import { SimpleTable } from "@/components/data-table/simple-table";
import type { DataColumn } from "@/components/data-table/types";
import { formatCount } from "@/components/money/format-count";
import { Money } from "@/components/money/money";
import type { MoneyText } from "@/components/payments/payment-types";
import { unitWords } from "@/components/payments/payment-words";
import { ExactTime } from "@/components/time/relative-time";
import { Card } from "@/components/ui/card";

export interface UsageRecordView {
  key: string;
  amount: MoneyText;
  quantity: string | null;
  unit: string | null;
  occurredAt: string;
}

export interface UsageWindowView {
  id: string;
  recordCount: number;
  total: MoneyText;
  carriedIn: MoneyText;
  carriedOut: MoneyText | null;
  openedAt: string;
  closedAt: string | null;
  /** The first of them. */
  records: readonly UsageRecordView[];
}

const COLUMNS: readonly DataColumn<UsageRecordView>[] = [
  {
    id: "at",
    header: "Time",
    cell: (row) => (
      <span className="text-muted">
        <ExactTime at={row.occurredAt} format="dayTime" />
      </span>
    ),
  },
  {
    id: "key",
    header: "Record",
    priority: 2,
    cell: (row) => <span className="font-mono text-xs">{row.key}</span>,
  },
  {
    id: "quantity",
    header: "Quantity",
    align: "right",
    priority: 1,
    cell: (row) => (row.quantity ? `${row.quantity} ${unitWords(row.unit ?? "")}` : "–"),
  },
  {
    id: "amount",
    header: "Amount",
    align: "right",
    priority: 1,
    cell: (row) => <Money {...row.amount} full />,
  },
];

/** The micro-records behind a payment of metered usage, exact to the last decimal, and how they became whole cents. */
export function UsageRecords({ usage, level }: { usage: UsageWindowView; level: 2 | 3 }) {
  const shown = usage.records.length;
  return (
    <Card
      title="Which usage is in it?"
      hint={
        <>
          {formatCount(usage.recordCount)} records, <ExactTime at={usage.openedAt} /> to{" "}
          <ExactTime at={usage.closedAt} />
        </>
      }
      level={level}
      flush
      footer={
        <span className="tabular">
          <Money {...usage.carriedIn} full sign="always" /> carried in, <Money {...usage.total} full /> used
          {usage.carriedOut ? (
            <>
              , <Money {...usage.carriedOut} full /> carried to the next window
            </>
          ) : null}
        </span>
      }
    >
      <SimpleTable label="Usage records" columns={COLUMNS} rows={usage.records} rowId={(row) => row.key} />
      {usage.recordCount > shown ? (
        <p className="px-4 py-2 text-xs text-muted">
          The first {formatCount(shown)} of {formatCount(usage.recordCount)}.
        </p>
      ) : null}
    </Card>
  );
}
