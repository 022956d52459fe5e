import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { AgencyOverviewPage } from "@/components/overview/agency-overview";
import { agencyApi } from "@/server/trpc/prefetch";

interface PageProps {
  params: Promise<{ agency: string }>;
  searchParams: Promise<{ program?: string }>;
}

export const metadata = { title: "Overview" };

export default async function OverviewPage({ params, searchParams }: PageProps) {
  const [{ agency }, { program }] = await Promise.all([params, searchParams]);
  const { trpc, prefetch, Hydrate } = await agencyApi(agency);
  await prefetch(trpc.reporting.overview.queryOptions({ program }));
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading />}>
        <AgencyOverviewPage />
      </Suspense>
    </Hydrate>
  );
}
