"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { ArrowLeftRight } from "lucide-react";
import { useMemo } from "react";
import { DataTable } from "@/components/data-table/data-table";
import { useTableState } from "@/components/data-table/use-table-state";
import { usePortal } from "@/components/frame/portal-context";
import { usePrograms } from "@/components/frame/programs-context";
import { Money } from "@/components/money/money";
import { ExportPayments } from "@/components/payments/export-payments";
import {
  MerchantPaymentDetail,
  MerchantPaymentTitle,
  MerchantRefundAction,
} from "@/components/payments/merchant-payment";
import { paymentColumns } from "@/components/payments/payment-columns";
import { paymentFilters, paymentTabs } from "@/components/payments/payment-filters";
import { paymentOrder, paymentQuery } from "@/components/payments/payment-query";
import { PaymentSum } from "@/components/payments/payment-sum";
import { chargedOf } from "@/components/payments/payment-words";
import { pagedRows } from "@/components/query/paged-rows";
import { CopyableId } from "@/components/ui/copyable-id";
import { FirstUse, NothingFound } from "@/components/ui/empty-state";
import { Page, PageHeader } from "@/components/ui/page-header";
import { StatusBadge } from "@/components/ui/status-badge";
import { useMerchantTrpc } from "@/server/trpc/client";

/** Every payment that a merchant's devices asked for, newest first. */
export function MerchantPaymentsPage() {
  const trpc = useMerchantTrpc();
  const { base, slug } = usePortal();
  const { many, currency, options } = usePrograms();
  const columns = useMemo(
    () => paymentColumns({ currency, withProgram: many, sortable: true }),
    [currency, many],
  );
  const filters = useMemo(() => paymentFilters(many ? options : []), [many, options]);
  const tabShape = useMemo(() => paymentTabs(undefined), []);
  const state = useTableState({ tabs: tabShape, filters });
  const programId = state.filters.program?.[0];
  const query = { ...paymentQuery(state), ...(programId && { programId }) };
  const { states: _, ...narrowed } = query;
  // Each tab says how many it holds under the other filters.
  const counts = useQuery(
    trpc.payments.counts.queryOptions(narrowed, { placeholderData: (before) => before }),
  );
  const totals = useQuery(
    trpc.payments.totals.queryOptions(query, { enabled: state.filtered || state.tab !== "all" }),
  );
  const list = useInfiniteQuery(
    trpc.payments.list.infiniteQueryOptions(
      { ...query, ...paymentOrder(state.sort), limit: 50 },
      { getNextPageParam: (page) => page.nextCursor, placeholderData: (before) => before },
    ),
  );
  return (
    <Page>
      <PageHeader title="Payments" meta="What your devices asked for, with what became of it" />
      <DataTable
        id="payments"
        label="Payments"
        columns={columns}
        {...pagedRows(list)}
        rowId={(row) => row.id}
        state={{ ...state, tabs: paymentTabs(counts.data) }}
        sum={<PaymentSum totals={totals.data} />}
        autoLoad
        toolbar={<ExportPayments portal="m" organisation={slug} query={query} />}
        searchPlaceholder="Card, amount, device, reference…"
        sheet={(id, row) => ({
          title: row ? <Money {...chargedOf(row)} emphasis="large" /> : <MerchantPaymentTitle id={id} />,
          description: <CopyableId id={id} full />,
          actions: (
            <>
              {row ? <StatusBadge kind="payment" state={row.state} /> : null}
              <MerchantRefundAction id={id} />
            </>
          ),
          fullHref: `${base}/payments/${id}`,
          width: "lg",
          children: <MerchantPaymentDetail id={id} />,
        })}
        firstUse={
          state.tab !== "all" ? (
            <NothingFound title="None in this state" />
          ) : (
            <FirstUse title="No payments yet" icon={<ArrowLeftRight aria-hidden />}>
              As soon as one of your devices asks for a payment, it stands here within a second.
            </FirstUse>
          )
        }
      />
    </Page>
  );
}
