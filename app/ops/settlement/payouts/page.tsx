import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { OperatorPayoutsPage } from "@/components/settlement/operator-payouts";
import { consoleApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Payouts" };

export default async function PayoutsPage() {
  const { trpc, prefetch, Hydrate } = await consoleApi();
  await prefetch(trpc.programs.list.queryOptions());
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="list" />}>
        <OperatorPayoutsPage />
      </Suspense>
    </Hydrate>
  );
}
