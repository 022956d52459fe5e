"use client";

import { Download } from "lucide-react";
import { useMemo } from "react";
import { DataTable } from "@/components/data-table/data-table";
import type { DataColumn, TableFilter } from "@/components/data-table/types";
import { useTableState } from "@/components/data-table/use-table-state";
import { DeviceKindIcon, kindLook } from "@/components/devices/device-kind";
import { usePortal } from "@/components/frame/portal-context";
import { formatCount } from "@/components/money/format-count";
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
import { LongName } from "@/components/ui/long-name";
import type {
  ReckoningRow,
  StatementItem,
  StatementLineView,
  StatementView,
} from "@/server/settlement/schema";

interface ItemsTableProps {
  title: string;
  list: PagedList<StatementItem>;
  /** The statement that the payments are in. */
  statement: StatementView;
  /** Of the statement: what the items can be narrowed to. */
  lines?: readonly StatementLineView[] | undefined;
  /** Of the statement: names what others took of the payments. */
  reckoning: readonly ReckoningRow[];
  /** Agencies and the operator see payments of several merchants. */
  withMerchant?: boolean;
}

/** The payments and refunds inside a payout or statement, with the party's own part of each. */
export function ItemsTable({ title, list, statement, lines, reckoning, withMerchant }: ItemsTableProps) {
  const { base } = usePortal();
  const { currency } = statement.payout;
  const filters = useMemo(() => filtersOf(lines ?? [], reckoning), [lines, reckoning]);
  const { party } = useItemFilter();
  const taker = party ? (takersOf(reckoning).find(({ value }) => value === party)?.label ?? party) : null;
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
              cell: (row: StatementItem) => <LongName>{row.merchant.name}</LongName>,
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
            <LongName>{row.device ?? kindLook(row.deviceKind).one}</LongName>
          </span>
        ),
      },
      {
        id: "purpose",
        header: "For",
        priority: 3,
        cell: (row) => (
          <span className="flex items-center gap-2">
            <LongName className="text-muted">
              {purposeWords({ ...row, source: "device" }, kindLook(row.deviceKind).trade)}
            </LongName>
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
        header: taker ? `${taker} ${currency}` : `${withMerchant ? "Share" : "Yours"} ${currency}`,
        align: "right",
        priority: 1,
        cell: (row) => <Money {...row.amount} hideCode emphasis="strong" lossBelowZero />,
      },
    ],
    [currency, withMerchant, taker],
  );
  return (
    <div id="payments" className="scroll-mt-20">
      <DataTable
        id="statement-items"
        label="Payments"
        title={`${title}: ${countWords(statement)}`}
        columns={columns}
        {...pagedRows(list)}
        rowId={(row) => `${row.paymentId}/${row.refund}`}
        rowHref={(row) => `${base}/payments/${row.paymentId}`}
        state={state}
        total={null}
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

/** Who took a part of a merchant's payments, by short name, and by which steps. */
function takersOf(reckoning: readonly ReckoningRow[]): { value: string; label: string }[] {
  const takers = new Map<string, string>();
  for (const { key, label } of reckoning) {
    const slug = /^step:[^:]+:(.+)$/.exec(key)?.[1];
    if (slug) takers.set(slug, label.replace(/^.* to /, ""));
  }
  return [...takers].map(([value, label]) => ({ value, label }));
}

function stepsOf(reckoning: readonly ReckoningRow[]): string[] {
  return reckoning.flatMap(({ key }) => /^step:([^:]+)/.exec(key)?.[1] ?? []);
}

/** "107 payments and 1 refund". */
function countWords({ paymentCount, refundCount }: StatementView): string {
  const payments = `${formatCount(paymentCount)} ${paymentCount === 1 ? "payment" : "payments"}`;
  if (refundCount === 0) return payments;
  return `${payments} and ${formatCount(refundCount)} ${refundCount === 1 ? "refund" : "refunds"}`;
}

/** Day, rule and step of the statement's lines, as far as there is more than one to choose from. */
function filtersOf(lines: readonly StatementLineView[], reckoning: readonly ReckoningRow[]): TableFilter[] {
  const filter = (
    id: "day" | "rule" | "step",
    label: string,
    words: (value: string) => string,
  ): TableFilter[] => {
    const taken = id === "step" ? stepsOf(reckoning) : [];
    const values = [...new Set([...lines.map((line) => line[id]), ...taken])].sort();
    return values.length < 2
      ? []
      : [{ id, label, kind: "choice", options: values.map((value) => ({ value, label: words(value) })) }];
  };
  return [
    ...filter("day", "Day", (value) => formatInZone(`${value}T12:00:00Z`, "UTC", "weekday")),
    ...filter("rule", "Rule", (value) => value),
    ...filter("step", "Step", stepWords),
    ...(takersOf(reckoning).length > 0
      ? [
          {
            id: "party",
            label: "Part of",
            kind: "choice" as const,
            options: takersOf(reckoning),
          },
        ]
      : []),
    {
      id: "only",
      label: "Only",
      kind: "choice",
      options: [
        { value: "payments", label: "Payments" },
        { value: "refunds", label: "Refunds" },
      ],
    },
  ];
}
