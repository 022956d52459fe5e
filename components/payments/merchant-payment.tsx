"use client";

import { useQuery } from "@tanstack/react-query";
import { usePortal } from "@/components/frame/portal-context";
import { PaymentDetail } from "@/components/payments/payment-detail";
import { PaymentPage } from "@/components/payments/payment-page";
import { WithPayment } from "@/components/payments/payment-parts";
import type { PaymentDetailView } from "@/server/payments/schema";
import { useMerchantTrpc } from "@/server/trpc/client";

/** One payment in the side sheet of a list. */
export function MerchantPaymentSheet({ id }: { id: string }) {
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
    <PaymentPage id={id} payments={payments}>
      {(data) => <Body data={data} layout="page" />}
    </PaymentPage>
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
