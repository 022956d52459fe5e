import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { TrialBalancePage } from "@/components/ledger/trial-balance-page";
import { consoleApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Trial balance" };

export default async function Page() {
  const { trpc, prefetch, Hydrate } = await consoleApi();
  await prefetch(trpc.ledger.totals.queryOptions());
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="list" />}>
        <TrialBalancePage />
      </Suspense>
    </Hydrate>
  );
}
