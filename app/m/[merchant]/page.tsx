import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { MerchantOverviewPage } from "@/components/overview/merchant-overview";
import { merchantApi } from "@/server/trpc/prefetch";

interface PageProps {
  params: Promise<{ merchant: string }>;
  searchParams: Promise<{ program?: string }>;
}

export const metadata = { title: "Overview" };

export default async function OverviewPage({ params, searchParams }: PageProps) {
  const [{ merchant }, { program }] = await Promise.all([params, searchParams]);
  const { trpc, prefetch, Hydrate } = await merchantApi(merchant);
  await prefetch(trpc.reporting.overview.queryOptions({ program }));
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading />}>
        <MerchantOverviewPage />
      </Suspense>
    </Hydrate>
  );
}
