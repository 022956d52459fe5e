import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { OperatorRunPage } from "@/components/settlement/operator-run";
import { consoleApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Settlement run" };

export default async function RunPage({ params }: { params: Promise<{ run: string }> }) {
  const { run } = await params;
  const { trpc, prefetch, Hydrate } = await consoleApi();
  await prefetch(
    trpc.runs.get.queryOptions({ runId: run }),
    trpc.payouts.list.queryOptions({ runId: run, limit: 200 }),
  );
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="detail" />}>
        <OperatorRunPage id={run} />
      </Suspense>
    </Hydrate>
  );
}
