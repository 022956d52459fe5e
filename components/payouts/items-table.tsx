"use client";

import { Download } from "lucide-react";
import { useMemo } from "react";
import { DataTable } from "@/components/data-table/data-table";
import type { DataColumn, TableFilter } from "@/components/data-table/types";
import { useTableState } from "@/components/data-table/use-table-state";
import { DeviceKindIcon, kindLook } from "@/components/devices/device-kind";
import { usePortal } from "@/components/frame/portal-context";
import { Money } from "@/components/money/money";
import { purposeWords, stepWords } from "@/components/payments/payment-words";
import { ITEM_PREFIX, useItemFilter } from "@/components/payouts/item-filter";
import { type PagedList, pagedRows } from "@/components/query/paged-rows";
import { statementFileHref } from "@/components/statements/statement-files";
import { formatInZone } from "@/components/time/format-in-zone";
import { ExactTime } from "@/components/time/relative-time";
import { Badge } from "@/components/ui/badge";
import { buttonClass } from "@/components/ui/button-class";
import { CopyableId } from "@/components/ui/copyable-id";
import { FirstUse } from "@/components/ui/empty-state";
import type { StatementItem, StatementLineView, StatementView } from "@/server/settlement/schema";

interface ItemsTableProps {
  title: string;
  list: PagedList<StatementItem>;
  /** The statement that the payments are in. */
  statement: StatementView;
  /** Of the statement: what the items can be narrowed to. */
  lines?: readonly StatementLineView[] | undefined;
  /** Agencies and the operator see payments of several merchants. */
  withMerchant?: boolean;
}

/** The payments and refunds inside a payout or statement, with the party's own part of each. */
export function ItemsTable({ title, list, statement, lines, withMerchant }: ItemsTableProps) {
  const { base } = usePortal();
  const { currency } = statement.payout;
  const narrowed = Object.keys(useItemFilter()).length > 0;
  const filters = useMemo(() => filtersOf(lines ?? []), [lines]);
  const state = useTableState({ prefix: ITEM_PREFIX, filters });
  const columns = useMemo<DataColumn<StatementItem>[]>(
    () => [
      {
        id: "payment",
        header: "Payment",
        fixed: true,
        cell: (row) => (
          <span>
            <CopyableId id={row.paymentId} className="text-ink" />
            <span className="block text-xs leading-4 text-muted md:hidden">
              <ExactTime at={row.at} />
            </span>
          </span>
        ),
      },
      {
        id: "at",
        header: "Time",
        priority: 2,
        cell: (row) => (
          <span className="text-muted">
            <ExactTime at={row.at} format="dayTime" />
          </span>
        ),
      },
      ...(withMerchant
        ? [
            {
              id: "merchant",
              header: "Merchant",
              priority: 2 as const,
              cell: (row: StatementItem) => row.merchant.name,
            },
          ]
        : []),
      {
        id: "device",
        header: "Device",
        priority: 2,
        cell: (row) => (
          <span className="flex items-center gap-2">
            <DeviceKindIcon kind={row.deviceKind} />
            <span className="truncate">{row.device ?? kindLook(row.deviceKind).one}</span>
          </span>
        ),
      },
      {
        id: "purpose",
        header: "For",
        priority: 3,
        cell: (row) => (
          <span className="flex items-center gap-2">
            <span className="truncate text-muted">
              {purposeWords({ ...row, source: "device" }, kindLook(row.deviceKind).trade)}
            </span>
            {row.refund > 0 ? <Badge>Refund {row.refund}</Badge> : null}
          </span>
        ),
      },
      {
        id: "gross",
        header: `Amount ${currency}`,
        align: "right",
        priority: 2,
        cell: (row) => <Money {...row.gross} hideCode emphasis="muted" />,
      },
      {
        id: "amount",
        header: `Yours ${currency}`,
        align: "right",
        priority: 1,
        cell: (row) => <Money {...row.amount} hideCode emphasis="strong" lossBelowZero />,
      },
    ],
    [currency, withMerchant],
  );
  return (
    <div id="payments" className="scroll-mt-20">
      <DataTable
        id="statement-items"
        label="Payments"
        title={title}
        columns={columns}
        {...pagedRows(list)}
        rowId={(row) => `${row.paymentId}/${row.refund}`}
        rowHref={(row) => `${base}/payments/${row.paymentId}`}
        state={state}
        total={narrowed ? null : statement.paymentCount + statement.refundCount}
        toolbar={
          <a
            href={statementFileHref(statement.id, "csv")}
            download
            className={buttonClass({ variant: "ghost", size: "sm" })}
          >
            <Download aria-hidden /> Export these
          </a>
        }
        firstUse={
          <FirstUse title="No payments in it">
            What it pays was carried from before, or comes from adjustments.
          </FirstUse>
        }
      />
    </div>
  );
}

/** Day, rule and step of the statement's lines, as far as there is more than one to choose from. */
function filtersOf(lines: readonly StatementLineView[]): TableFilter[] {
  const filter = (
    id: "day" | "rule" | "step",
    label: string,
    words: (value: string) => string,
  ): TableFilter[] => {
    const values = [...new Set(lines.map((line) => line[id]))].sort();
    return values.length < 2
      ? []
      : [{ id, label, kind: "choice", options: values.map((value) => ({ value, label: words(value) })) }];
  };
  return [
    ...filter("day", "Day", (value) => formatInZone(`${value}T12:00:00Z`, "UTC", "weekday")),
    ...filter("rule", "Rule", (value) => value),
    ...filter("step", "Step", stepWords),
  ];
}
