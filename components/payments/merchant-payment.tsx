"use client";

import { useQuery } from "@tanstack/react-query";
import { Crumbs } from "@/components/frame/crumbs";
import { usePortal } from "@/components/frame/portal-context";
import { formatAmount } from "@/components/money/format-amount";
import { Money } from "@/components/money/money";
import { PaymentDetail } from "@/components/payments/payment-detail";
import { RefundButton, WithPayment } from "@/components/payments/payment-parts";
import { chargedOf } from "@/components/payments/payment-words";
import { ExactTime } from "@/components/time/relative-time";
import { CopyableId } from "@/components/ui/copyable-id";
import { Dot, Page, PageHeader } from "@/components/ui/page-header";
import { StatusBadge } from "@/components/ui/status-badge";
import type { PaymentDetailView } from "@/server/payments/schema";
import { useMerchantTrpc } from "@/server/trpc/client";

/** One payment in the side sheet of a list. */
export function MerchantPaymentDetail({ id }: { id: string }) {
  const { payments } = useMerchantTrpc();
  return (
    <WithPayment payments={payments} id={id}>
      {(data) => <Body data={data} layout="sheet" />}
    </WithPayment>
  );
}

/** One payment as a page. */
export function MerchantPaymentPage({ id }: { id: string }) {
  const { payments } = useMerchantTrpc();
  return (
    <Page>
      <WithPayment payments={payments} id={id}>
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
              actions={<RefundButton payments={payments} data={data} />}
            />
            <Body data={data} layout="page" />
          </>
        )}
      </WithPayment>
    </Page>
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
      payments={trpc.payments}
      layout={layout}
      links={{
        device: (id) => `${base}/devices/${id}`,
        statement: (id) => `${base}/statements/${id}`,
        payout: (id) => `${base}/payouts/${id}`,
      }}
    />
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
  return data ? <RefundButton payments={trpc.payments} data={data} /> : null;
}
