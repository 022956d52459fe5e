import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { MerchantPaymentPage } from "@/components/payments/merchant-payment";
import { merchantApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Payment" };

interface PageProps {
  params: Promise<{ merchant: string; payment: string }>;
}

export default async function PaymentPage({ params }: PageProps) {
  const { merchant, payment } = await params;
  const { trpc, prefetch, Hydrate } = await merchantApi(merchant);
  await prefetch(
    trpc.payments.detail.queryOptions({ paymentId: payment }),
    trpc.settlement.paymentSplit.queryOptions({ paymentId: payment }),
  );
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="detail" />}>
        <MerchantPaymentPage id={payment} />
      </Suspense>
    </Hydrate>
  );
}
