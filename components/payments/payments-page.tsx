"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { ArrowLeftRight } from "lucide-react";
import { type ReactNode, useMemo } from "react";
import { DataTable } from "@/components/data-table/data-table";
import type { TableFilter } from "@/components/data-table/types";
import { type TableState, useTableState } from "@/components/data-table/use-table-state";
import { usePortal } from "@/components/frame/portal-context";
import { usePrograms } from "@/components/frame/programs-context";
import { Money } from "@/components/money/money";
import { ExportPayments } from "@/components/payments/export-payments";
import { paymentColumns } from "@/components/payments/payment-columns";
import { paymentTabs } from "@/components/payments/payment-filters";
import { PaymentTitle, RefundAction } from "@/components/payments/payment-parts";
import { paymentOrder, paymentQuery } from "@/components/payments/payment-query";
import { PaymentSum } from "@/components/payments/payment-sum";
import { chargedOf } from "@/components/payments/payment-words";
import { pagedRows } from "@/components/query/paged-rows";
import { CopyableId } from "@/components/ui/copyable-id";
import { FirstUse, NothingFound } from "@/components/ui/empty-state";
import { Page, PageHeader } from "@/components/ui/page-header";
import { StatusBadge } from "@/components/ui/status-badge";
import type { MerchantTrpc } from "@/server/trpc/client";

/** What a portal's own filters narrow the list to, beside those that every list of payments has. */
interface Narrowed {
  programId?: string;
  merchantId?: string;
  flagged?: true;
}

interface PaymentsPageProps {
  /** Of what is kept about the list on this device. */
  id: string;
  meta: string;
  /** Said to who has none. */
  none: string;
  payments: Pick<MerchantTrpc["payments"], "list" | "counts" | "totals" | "detail" | "refund">;
  exportPortal: "m" | "ops";
  filters: readonly TableFilter[];
  narrow: (filters: TableState["filters"]) => Narrowed;
  withMerchant?: boolean;
  sheet: (id: string) => ReactNode;
}

/** A list of payments, newest first, each beside it on a click: the same for whoever may see them. */
export function PaymentsPage(props: PaymentsPageProps) {
  const { payments, filters, withMerchant = false } = props;
  const { base, slug } = usePortal();
  const { many, currency } = usePrograms();
  const columns = useMemo(
    () => paymentColumns({ currency, withMerchant, withProgram: many, sortable: true }),
    [currency, many, withMerchant],
  );
  const tabShape = useMemo(() => paymentTabs(undefined), []);
  const state = useTableState({ tabs: tabShape, filters });
  const { states, ...narrowed } = { ...paymentQuery(state), ...props.narrow(state.filters) };
  const query = { ...narrowed, ...(states && { states }) };
  // Each tab says how many it holds under the other filters.
  const counts = useQuery(
    payments.counts.queryOptions(narrowed, { placeholderData: (before) => before, refetchInterval: 30_000 }),
  );
  const totals = useQuery(
    payments.totals.queryOptions(query, { enabled: state.filtered || state.tab !== "all" }),
  );
  const list = useInfiniteQuery(
    payments.list.infiniteQueryOptions(
      { ...query, ...paymentOrder(state.sort), limit: 50 },
      { getNextPageParam: (page) => page.nextCursor, placeholderData: (before) => before },
    ),
  );
  return (
    <Page>
      <PageHeader title="Payments" meta={props.meta} />
      <DataTable
        id={props.id}
        label="Payments"
        columns={columns}
        {...pagedRows(list)}
        rowId={(row) => row.id}
        state={{ ...state, tabs: paymentTabs(counts.data) }}
        sum={<PaymentSum totals={totals.data} />}
        autoLoad
        toolbar={<ExportPayments portal={props.exportPortal} organisation={slug} query={query} />}
        searchPlaceholder="Card, amount, device, reference…"
        sheet={(id, row) => ({
          title: row ? (
            <Money {...chargedOf(row)} emphasis="large" />
          ) : (
            <PaymentTitle payments={payments} id={id} />
          ),
          description: <CopyableId id={id} full />,
          actions: (
            <>
              {row ? <StatusBadge kind="payment" state={row.state} /> : null}
              <RefundAction payments={payments} id={id} />
            </>
          ),
          fullHref: `${base}/payments/${id}`,
          width: "lg",
          children: props.sheet(id),
        })}
        firstUse={
          state.tab !== "all" ? (
            <NothingFound title="None in this state" />
          ) : (
            <FirstUse title="No payments yet" icon={<ArrowLeftRight aria-hidden />}>
              {props.none}
            </FirstUse>
          )
        }
      />
    </Page>
  );
}
