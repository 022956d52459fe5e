"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { ArrowLeftRight } from "lucide-react";
import { useMemo } from "react";
import { DataTable } from "@/components/data-table/data-table";
import type { TableFilter } from "@/components/data-table/types";
import { useTableState } from "@/components/data-table/use-table-state";
import { usePortal } from "@/components/frame/portal-context";
import { usePrograms } from "@/components/frame/programs-context";
import { Money } from "@/components/money/money";
import { OperatorPaymentSheet } from "@/components/operator/payments/operator-payment";
import { useChoices } from "@/components/operator/use-choices";
import { ExportPayments } from "@/components/payments/export-payments";
import { paymentColumns } from "@/components/payments/payment-columns";
import { PAYMENT_FILTERS, paymentTabs } from "@/components/payments/payment-filters";
import { paymentOrder, paymentQuery } from "@/components/payments/payment-query";
import { PaymentSum } from "@/components/payments/payment-sum";
import { pagedRows } from "@/components/query/paged-rows";
import { CopyableId } from "@/components/ui/copyable-id";
import { FirstUse } from "@/components/ui/empty-state";
import { Page, PageHeader } from "@/components/ui/page-header";
import { StatusBadge } from "@/components/ui/status-badge";
import { useOperatorTrpc } from "@/server/trpc/client";

/** Every payment on the platform, to be found by whatever is known of it. */
export function OperatorPaymentsPage() {
  const trpc = useOperatorTrpc();
  const { base, slug } = usePortal();
  const { many, currency } = usePrograms();
  const columns = useMemo(
    () => paymentColumns({ currency, withMerchant: true, withProgram: many, sortable: true }),
    [currency, many],
  );
  const { merchantOptions, programOptions } = useChoices();
  const filters = useMemo<readonly TableFilter[]>(
    () => [
      { id: "merchant", label: "Merchant", kind: "choice", options: merchantOptions },
      ...PAYMENT_FILTERS,
      { id: "program", label: "Program", kind: "choice", options: programOptions },
      {
        id: "flagged",
        label: "Oddities",
        kind: "choice",
        options: [{ value: "yes", label: "With something odd" }],
      },
    ],
    [merchantOptions, programOptions],
  );
  const tabShape = useMemo(() => paymentTabs(undefined), []);
  const state = useTableState({ tabs: tabShape, filters });
  const { states, ...narrowed } = paymentQuery(state);
  const merchantId = state.filters.merchant?.[0];
  const programId = state.filters.program?.[0];
  const filter = {
    ...narrowed,
    ...(merchantId && { merchantId }),
    ...(programId && { programId }),
    ...(state.filters.flagged?.[0] && { flagged: true }),
  };
  const query = { ...filter, ...(states && { states }) };
  // Each tab says how many it holds under the other filters.
  const counts = useQuery(
    trpc.payments.counts.queryOptions(filter, {
      placeholderData: (before) => before,
      refetchInterval: 30_000,
    }),
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
      <PageHeader title="Payments" meta="Everything that devices asked for or files brought, newest first" />
      <DataTable
        id="ops-payments"
        label="Payments"
        columns={columns}
        {...pagedRows(list)}
        rowId={(row) => row.id}
        state={{ ...state, tabs: paymentTabs(counts.data) }}
        sum={<PaymentSum totals={totals.data} />}
        autoLoad
        toolbar={<ExportPayments portal="ops" organisation={slug} query={query} />}
        searchPlaceholder="Card, amount, device, reference…"
        sheet={(id, row) => ({
          title: row ? <Money {...row.amount} emphasis="large" /> : "Payment",
          description: <CopyableId id={id} full />,
          actions: row ? <StatusBadge kind="payment" state={row.state} /> : undefined,
          fullHref: `${base}/payments/${id}`,
          width: "lg",
          children: <OperatorPaymentSheet id={id} />,
        })}
        firstUse={
          <FirstUse title="No payments yet" icon={<ArrowLeftRight aria-hidden />}>
            As soon as an active device asks for a payment, or a file is imported, it stands here.
          </FirstUse>
        }
      />
    </Page>
  );
}
