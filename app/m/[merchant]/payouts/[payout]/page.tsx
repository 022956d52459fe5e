import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { MerchantPayoutPage } from "@/components/payouts/payout-pages";
import { merchantApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Payout" };

interface PageProps {
  params: Promise<{ merchant: string; payout: string }>;
}

export default async function PayoutPage({ params }: PageProps) {
  const { merchant, payout } = await params;
  const { trpc, prefetch, Hydrate } = await merchantApi(merchant);
  await prefetch(trpc.payouts.get.queryOptions({ payoutId: payout }));
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="detail" />}>
        <MerchantPayoutPage id={payout} />
      </Suspense>
    </Hydrate>
  );
}
