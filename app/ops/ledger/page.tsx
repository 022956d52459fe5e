import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { ChartPage } from "@/components/ledger/chart-page";
import { consoleApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Ledger" };

export default async function Page() {
  const { trpc, prefetch, Hydrate } = await consoleApi();
  await prefetch(trpc.ledger.totals.queryOptions());
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="list" />}>
        <ChartPage />
      </Suspense>
    </Hydrate>
  );
}
