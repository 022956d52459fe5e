import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { MerchantPaymentsPage } from "@/components/payments/merchant-payments";
import { merchantApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Payments" };

export default async function PaymentsPage({ params }: { params: Promise<{ merchant: string }> }) {
  const { trpc, prefetch, Hydrate } = await merchantApi((await params).merchant);
  await prefetch(trpc.payments.counts.queryOptions({}));
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="list" />}>
        <MerchantPaymentsPage />
      </Suspense>
    </Hydrate>
  );
}
