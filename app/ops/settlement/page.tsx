import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { OperatorRunsPage } from "@/components/settlement/operator-runs";
import { consoleApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Settlement runs" };

export default async function RunsPage() {
  const { trpc, prefetch, Hydrate } = await consoleApi();
  await prefetch(trpc.programs.list.queryOptions());
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="list" />}>
        <OperatorRunsPage />
      </Suspense>
    </Hydrate>
  );
}
