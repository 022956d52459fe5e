import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { TransfersPage } from "@/components/ledger/transfers-page";
import { consoleApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Transfers" };

export default async function Page() {
  const { trpc, prefetch, Hydrate } = await consoleApi();
  await prefetch(trpc.ledger.totals.queryOptions());
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="list" />}>
        <TransfersPage />
      </Suspense>
    </Hydrate>
  );
}
