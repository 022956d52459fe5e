import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { OperatorOverviewPage } from "@/components/operator/operator-overview";
import { consoleApi } from "@/server/trpc/prefetch";

interface PageProps {
  searchParams: Promise<{ program?: string }>;
}

export const metadata = { title: "Overview" };

export default async function OverviewPage({ searchParams }: PageProps) {
  const { program } = await searchParams;
  const { trpc, prefetch, Hydrate } = await consoleApi();
  await prefetch(trpc.reporting.overview.queryOptions({ program }));
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading />}>
        <OperatorOverviewPage />
      </Suspense>
    </Hydrate>
  );
}
