"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ChevronLeft, ChevronRight, Download } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { SimpleTable } from "@/components/data-table/simple-table";
import type { DataColumn } from "@/components/data-table/types";
import { usePortal } from "@/components/frame/portal-context";
import { decimalsOf } from "@/components/money/format-amount";
import { formatCount } from "@/components/money/format-count";
import { Money } from "@/components/money/money";
import { unitWords } from "@/components/payments/payment-words";
import { ExactTime } from "@/components/time/relative-time";
import { Banner } from "@/components/ui/banner";
import { buttonClass } from "@/components/ui/button-class";
import { Card } from "@/components/ui/card";
import { cn } from "@/components/ui/cn";
import { IconButton } from "@/components/ui/icon-button";
import { Menu } from "@/components/ui/menu";
import type { PaymentDetailView, UsageRecordView } from "@/server/payments/schema";
import type { MerchantTrpc } from "@/server/trpc/client";

export type UsageWindowView = NonNullable<PaymentDetailView["usage"]>;

const quantityOf = (quantity: string, unit: string | null) => `${quantity} ${unitWords(unit ?? "")}`.trim();

const BEFORE_ALLOWANCE: readonly DataColumn<UsageRecordView>[] = [
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
    cell: (row) => (row.quantity ? quantityOf(row.quantity, row.unit) : "–"),
  },
];
const ALLOWANCE: DataColumn<UsageRecordView> = {
  id: "allowance",
  header: "Of it by allowance",
  align: "right",
  priority: 2,
  cell: (row) => (row.allowance ? quantityOf(row.allowance.quantity, row.allowance.unit) : "–"),
};
const amountColumn = (rows: readonly UsageRecordView[]): DataColumn<UsageRecordView> => {
  const decimals = decimalsOf(rows.map((row) => row.amount.amount));
  return {
    id: "amount",
    header: "Amount",
    align: "right",
    priority: 1,
    cell: (row) => <Money {...row.amount} full decimals={decimals} />,
  };
};

interface UsageRecordsProps {
  paymentId: string;
  usage: UsageWindowView;
  payments: Pick<MerchantTrpc["payments"], "usageRecords">;
  level: 2 | 3;
}

/** The micro-records behind a payment of metered usage, exact to the last decimal, and how they became whole cents. */
export function UsageRecords({ paymentId, usage, payments, level }: UsageRecordsProps) {
  const some = isSome(usage.covered.amount);
  return (
    <Card
      title="Which usage is in it?"
      hint={
        <>
          {formatCount(usage.recordCount)} {usage.recordCount === 1 ? "record" : "records"},{" "}
          <ExactTime at={usage.openedAt} /> to <ExactTime at={usage.closedAt} />
        </>
      }
      level={level}
      flush
      actions={usage.recordCount > 0 ? <DownloadRecords paymentId={paymentId} /> : null}
      footer={<Sums usage={usage} />}
    >
      {isSome(usage.owedOut.amount) ? <StillOwed usage={usage} /> : null}
      <Pages
        paymentId={paymentId}
        usage={usage}
        payments={payments}
        columns={some ? [...BEFORE_ALLOWANCE, ALLOWANCE] : BEFORE_ALLOWANCE}
      />
    </Card>
  );
}

const isSome = (amount: string) => /[1-9]/.test(amount);

/** One page after the other by key; each page's cursor is kept for the way back. */
function Pages({
  paymentId,
  usage,
  payments,
  columns,
}: Omit<UsageRecordsProps, "level"> & { columns: readonly DataColumn<UsageRecordView>[] }) {
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const cursor = cursors.at(-1) ?? null;
  const limit = usage.pageSize;
  const page = useQuery(
    payments.usageRecords.queryOptions(
      { paymentId, cursor, limit },
      { enabled: cursor !== null, placeholderData: keepPreviousData, staleTime: Number.POSITIVE_INFINITY },
    ),
  );
  const first = { items: usage.records, nextCursor: usage.nextCursor };
  const shown = cursor === null ? first : (page.data ?? first);
  const busy = cursor !== null && (page.isPending || page.isPlaceholderData);
  const from = cursors.length * limit;
  const { nextCursor } = shown;
  const isOnePage = cursors.length === 0 && nextCursor === null;
  return (
    <>
      <div aria-busy={busy} className={cn("transition-opacity", busy && "opacity-55")}>
        <SimpleTable
          label="Usage records"
          columns={[...columns, amountColumn(shown.items)]}
          rows={shown.items}
          rowId={(row) => `${row.device.id}/${row.key}`}
          empty={<p className="px-4 pb-3 text-sm text-muted">No record came since the window before.</p>}
        />
      </div>
      {isOnePage ? null : (
        <div className="flex min-h-11 items-center justify-between gap-4 border-t border-line-soft px-4 py-1.5 text-xs text-muted">
          <span role="status" className="tabular">
            {page.error && cursor !== null
              ? "This page could not be loaded."
              : `${formatCount(from + 1)} to ${formatCount(Math.min(from + limit, usage.recordCount))} of ${formatCount(usage.recordCount)}`}
          </span>
          <span className="flex items-center gap-1">
            {page.error && cursor !== null ? (
              <button
                type="button"
                className={buttonClass({ size: "sm" })}
                onClick={() => void page.refetch()}
              >
                Try again
              </button>
            ) : null}
            <IconButton
              label="Records before these"
              icon={<ChevronLeft />}
              size="sm"
              hint={false}
              disabled={cursors.length === 0}
              onClick={() => setCursors(cursors.slice(0, -1))}
            />
            <IconButton
              label="Records after these"
              icon={<ChevronRight />}
              size="sm"
              hint={false}
              disabled={busy || nextCursor === null}
              onClick={() => nextCursor && setCursors([...cursors, nextCursor])}
            />
          </span>
        </div>
      )}
    </>
  );
}

function DownloadRecords({ paymentId }: { paymentId: string }) {
  const { kind, slug } = usePortal();
  const address = `/api/exports/${kind === "operator" ? "ops" : "m"}/${slug}/payments/${paymentId}/usage`;
  return (
    <Menu
      trigger={
        <button type="button" className={buttonClass({ variant: "ghost", size: "sm" })}>
          <Download aria-hidden /> Download all
        </button>
      }
      entries={[
        {
          label: "CSV",
          hint: "For spreadsheets",
          href: `${address}?format=csv`,
          external: true,
        },
        {
          label: "JSON lines",
          hint: "One object a record",
          href: `${address}?format=jsonl`,
          external: true,
        },
      ]}
    />
  );
}

const LINK = "underline decoration-line-strong underline-offset-4 hover:decoration-accent";

function StillOwed({ usage: { owedOut, next } }: { usage: UsageWindowView }) {
  const { base } = usePortal();
  const amount = <Money {...owedOut} full />;
  return (
    <div className="px-4 pb-3">
      {next?.paymentId ? (
        <Banner tone="neutral" title={<>{amount} went to the next window</>}>
          What could not be charged here is part of{" "}
          <Link href={`${base}/payments/${next.paymentId}`} className={LINK}>
            the payment that closed it
          </Link>
          .
        </Banner>
      ) : (
        <Banner tone="waiting" title={<>{amount} are still owed</>}>
          They are charged with the next usage
          {next ? (
            <>
              , at the latest <ExactTime at={next.closesAt} />
            </>
          ) : null}
          .
        </Banner>
      )}
    </div>
  );
}

/** How the records became the payment: nothing is lost on the way. */
function Sums({ usage }: { usage: UsageWindowView }) {
  const { base } = usePortal();
  return (
    <span className="tabular">
      <Money {...usage.carriedIn} full sign="always" /> carried in, <Money {...usage.total} full /> used
      {isSome(usage.covered.amount) ? (
        <>
          {" "}
          besides <Money {...usage.covered} full /> that the allowance paid
        </>
      ) : null}
      {isSome(usage.owedIn.amount) ? (
        <>
          , <Money {...usage.owedIn} full /> owed from{" "}
          {usage.owedFrom ? (
            <Link href={`${base}/payments/${usage.owedFrom}`} className={LINK}>
              a declined window
            </Link>
          ) : (
            "before"
          )}
        </>
      ) : null}
      {usage.carriedOut ? (
        <>
          , <Money {...usage.carriedOut} full /> carried to the next window
        </>
      ) : null}
    </span>
  );
}
