"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Undo2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Crumbs } from "@/components/frame/crumbs";
import { usePortal } from "@/components/frame/portal-context";
import { formatAmount } from "@/components/money/format-amount";
import { Money } from "@/components/money/money";
import { PaymentDetail } from "@/components/payments/payment-detail";
import type { MoneyText } from "@/components/payments/payment-types";
import { chargedOf } from "@/components/payments/payment-words";
import { RefundDialog } from "@/components/payments/refund-dialog";
import { QueryView } from "@/components/query/query-view";
import { ExactTime } from "@/components/time/relative-time";
import { ZoneProvider } from "@/components/time/zone-context";
import { Button } from "@/components/ui/button";
import { CopyableId } from "@/components/ui/copyable-id";
import { Dot, Page, PageHeader } from "@/components/ui/page-header";
import { SkeletonCard } from "@/components/ui/skeleton";
import { StatusBadge } from "@/components/ui/status-badge";
import { showToast } from "@/components/ui/toast";
import type { PaymentDetailView } from "@/server/payments/schema";
import { useMerchantTrpc } from "@/server/trpc/client";

/** One payment in the side sheet of a list. */
export function MerchantPaymentDetail({ id }: { id: string }) {
  return <WithPayment id={id}>{(data) => <Body data={data} layout="sheet" />}</WithPayment>;
}

/** One payment as a page. */
export function MerchantPaymentPage({ id }: { id: string }) {
  return (
    <Page>
      <WithPayment id={id}>
        {(data) => (
          <>
            <Crumbs
              items={[
                { label: `${formatAmount(chargedOf(data.payment).amount)} ${data.payment.amount.currency}` },
              ]}
            />
            <PageHeader
              figure
              title={<Money {...chargedOf(data.payment)} />}
              aside={<StatusBadge kind="payment" state={data.payment.state} />}
              meta={
                <>
                  <CopyableId id={data.payment.id} />
                  <Dot />
                  <ExactTime at={data.payment.occurredAt} format="exact" withOffset />
                  {chargedOf(data.payment).amount === data.payment.amount.amount ? null : (
                    <>
                      <Dot />
                      <span>
                        <Money {...data.payment.amount} /> were authorised
                      </span>
                    </>
                  )}
                </>
              }
              actions={<RefundButton payment={data.payment} left={data.refundable} />}
            />
            <Body data={data} layout="page" />
          </>
        )}
      </WithPayment>
    </Page>
  );
}

function WithPayment({ id, children }: { id: string; children: (data: PaymentDetailView) => ReactNode }) {
  const trpc = useMerchantTrpc();
  const payment = useQuery(trpc.payments.detail.queryOptions({ paymentId: id }));
  return (
    <QueryView query={payment} what="This payment" skeleton={<PaymentSkeleton />}>
      {(data) => (
        <ZoneProvider zone={data.payment.program.timeZone} place={data.payment.program.name}>
          {children(data)}
        </ZoneProvider>
      )}
    </QueryView>
  );
}

function Body({ data, layout }: { data: PaymentDetailView; layout: "page" | "sheet" }) {
  const trpc = useMerchantTrpc();
  const { base } = usePortal();
  const split = useQuery(trpc.settlement.paymentSplit.queryOptions({ paymentId: data.payment.id }));
  return (
    <PaymentDetail
      data={data}
      split={split.error ? null : split.data}
      layout={layout}
      links={{
        device: (id) => `${base}/devices/${id}`,
        statement: (id) => `${base}/statements/${id}`,
        payout: (id) => `${base}/payouts/${id}`,
      }}
    />
  );
}

/** Only where there is something left to give back, and only for people who may. */
function RefundButton({ payment, left }: { payment: PaymentDetailView["payment"]; left: MoneyText }) {
  const trpc = useMerchantTrpc();
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

/** The amount for the head of a side sheet whose row is not in the loaded pages of its list. */
export function MerchantPaymentTitle({ id }: { id: string }) {
  const trpc = useMerchantTrpc();
  const { data } = useQuery(trpc.payments.detail.queryOptions({ paymentId: id }));
  return data ? <Money {...chargedOf(data.payment)} emphasis="large" /> : <>Payment</>;
}

/** The refund button for the head of a side sheet; it waits for the detail that the sheet loads anyway. */
export function MerchantRefundAction({ id }: { id: string }) {
  const trpc = useMerchantTrpc();
  const { data } = useQuery(trpc.payments.detail.queryOptions({ paymentId: id }));
  return data ? <RefundButton payment={data.payment} left={data.refundable} /> : null;
}

function PaymentSkeleton() {
  return (
    <div className="grid gap-4">
      <SkeletonCard lines={5} />
      <SkeletonCard lines={4} />
      <SkeletonCard lines={8} />
    </div>
  );
}
