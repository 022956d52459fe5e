import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { OperatorPayoutPage } from "@/components/settlement/operator-payout";
import { consoleApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Payout" };

export default async function PayoutPage({ params }: { params: Promise<{ payout: string }> }) {
  const { payout } = await params;
  const { trpc, prefetch, Hydrate } = await consoleApi();
  await prefetch(trpc.payouts.get.queryOptions({ payoutId: payout }));
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="detail" />}>
        <OperatorPayoutPage id={payout} />
      </Suspense>
    </Hydrate>
  );
}
