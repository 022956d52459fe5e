"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ShieldAlert, Undo2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Crumbs } from "@/components/frame/crumbs";
import { usePortal } from "@/components/frame/portal-context";
import { formatAmount } from "@/components/money/format-amount";
import { Money } from "@/components/money/money";
import { PaymentDetail } from "@/components/payments/payment-detail";
import type { MoneyText } from "@/components/payments/payment-types";
import { RefundDialog } from "@/components/payments/refund-dialog";
import { QueryView } from "@/components/query/query-view";
import { ExactTime } from "@/components/time/relative-time";
import { ZoneProvider } from "@/components/time/zone-context";
import { Button, ButtonLink } from "@/components/ui/button";
import { CopyableId } from "@/components/ui/copyable-id";
import { Dot, Page, PageHeader } from "@/components/ui/page-header";
import { SkeletonCard } from "@/components/ui/skeleton";
import { StatusBadge } from "@/components/ui/status-badge";
import { showToast } from "@/components/ui/toast";
import type { PaymentDetailView } from "@/server/payments/schema";
import { useOperatorTrpc } from "@/server/trpc/client";

/** One payment in the side sheet. */
export function OperatorPaymentSheet({ id }: { id: string }) {
  return (
    <WithPayment id={id}>
      {(data) => (
        <>
          <div className="mb-4 flex flex-wrap justify-end gap-2 empty:hidden">
            <CaseLink payment={data.payment} />
            <RefundButton payment={data.payment} left={data.refundable} />
          </div>
          <Body data={data} layout="sheet" />
        </>
      )}
    </WithPayment>
  );
}

/** One payment as a page. */
export function OperatorPaymentPage({ id }: { id: string }) {
  return (
    <Page>
      <WithPayment id={id}>
        {(data) => (
          <>
            <Crumbs
              items={[
                { label: `${formatAmount(data.payment.amount.amount)} ${data.payment.amount.currency}` },
              ]}
            />
            <PageHeader
              figure
              title={<Money {...data.payment.amount} />}
              aside={<StatusBadge kind="payment" state={data.payment.state} />}
              meta={
                <>
                  <CopyableId id={data.payment.id} />
                  <Dot />
                  <span>{data.payment.merchant.name}</span>
                  <Dot />
                  <ExactTime at={data.payment.occurredAt} format="exact" withOffset />
                </>
              }
              actions={
                <>
                  <CaseLink payment={data.payment} />
                  <RefundButton payment={data.payment} left={data.refundable} />
                </>
              }
            />
            <Body data={data} layout="page" />
          </>
        )}
      </WithPayment>
    </Page>
  );
}

function WithPayment({ id, children }: { id: string; children: (data: PaymentDetailView) => ReactNode }) {
  const trpc = useOperatorTrpc();
  const payment = useQuery(trpc.payments.detail.queryOptions({ paymentId: id }));
  return (
    <QueryView
      query={payment}
      what="This payment"
      skeleton={
        <div className="grid gap-4">
          <SkeletonCard lines={5} />
          <SkeletonCard lines={8} />
        </div>
      }
    >
      {(data) => (
        <ZoneProvider zone={data.payment.program.timeZone} place={data.payment.program.name}>
          {children(data)}
        </ZoneProvider>
      )}
    </QueryView>
  );
}

function Body({ data, layout }: { data: PaymentDetailView; layout: "page" | "sheet" }) {
  const trpc = useOperatorTrpc();
  const { base, can } = usePortal();
  const split = useQuery(trpc.settlement.paymentSplit.queryOptions({ paymentId: data.payment.id }));
  return (
    <PaymentDetail
      data={data}
      split={split.error ? null : split.data}
      layout={layout}
      links={{
        device: (id) => `${base}/devices/${id}`,
        ...(can("organisations.read") && { merchant: (id: string) => `${base}/organisations/${id}` }),
        ...(can("agreements.read") && { agreement: (id: string) => `${base}/agreements/${id}` }),
        ...(can("statements.read") && { statement: (id: string) => `${base}/settlement/statements/${id}` }),
        ...(can("payouts.read") && { payout: (id: string) => `${base}/settlement/payouts/${id}` }),
        ...(can("runs.read") && { run: (id: string) => `${base}/settlement/${id}` }),
      }}
    />
  );
}

/** Where a scored payment was looked at, or waits to be. */
function CaseLink({ payment }: { payment: PaymentDetailView["payment"] }) {
  const trpc = useOperatorTrpc();
  const { base, can } = usePortal();
  const found = useQuery(
    trpc.cases.ofPayment.queryOptions(
      { paymentId: payment.id },
      { enabled: can("cases.read") && payment.riskScore !== null },
    ),
  );
  if (!found.data?.caseId) return null;
  const waits = payment.state === "in_review";
  return (
    <ButtonLink
      href={`${base}/review?case=${found.data.caseId}`}
      icon={<ShieldAlert />}
      variant={waits ? "primary" : "secondary"}
    >
      {waits ? "Review it" : "Its case"}
    </ButtonLink>
  );
}

/** Only where there is something left to give back, and only for people who may. */
function RefundButton({ payment, left }: { payment: PaymentDetailView["payment"]; left: MoneyText }) {
  const trpc = useOperatorTrpc();
  const { can } = usePortal();
  const queryClient = useQueryClient();
  const [open, setOpen] = useState(false);
  const refund = useMutation(trpc.payments.refund.mutationOptions());
  const { currency } = payment.amount;
  if (!can("payments.refund") || !(Number(left.amount) > 0)) return null;
  return (
    <>
      <Button icon={<Undo2 />} onClick={() => setOpen(true)}>
        Refund…
      </Button>
      <RefundDialog
        payment={payment}
        left={left}
        open={open}
        onOpenChange={setOpen}
        onRefund={async (request) => {
          await refund.mutateAsync(request);
          await queryClient.invalidateQueries();
          showToast({
            title: `Refunded ${formatAmount(request.amount, { currency })} ${currency}`,
            tone: "arrived",
          });
          return undefined;
        }}
      />
    </>
  );
}
