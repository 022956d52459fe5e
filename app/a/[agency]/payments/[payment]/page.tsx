import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { AgencyPaymentPage } from "@/components/payments/agency-payment";
import { agencyApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Payment" };

interface PageProps {
  params: Promise<{ agency: string; payment: string }>;
}

export default async function PaymentPage({ params }: PageProps) {
  const { agency, payment } = await params;
  const { trpc, prefetch, Hydrate } = await agencyApi(agency);
  await prefetch(
    trpc.payments.detail.queryOptions({ paymentId: payment }),
    trpc.settlement.paymentSplit.queryOptions({ paymentId: payment }),
  );
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="detail" />}>
        <AgencyPaymentPage id={payment} />
      </Suspense>
    </Hydrate>
  );
}
