import { Suspense } from "react";
import { AgencyAgreementsPage } from "@/components/agreements/agreement-pages";
import { PortalLoading } from "@/components/frame/portal-loading";
import { agencyApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Agreements" };

interface PageProps {
  params: Promise<{ agency: string }>;
}

export default async function AgreementsPage({ params }: PageProps) {
  const { trpc, prefetch, Hydrate } = await agencyApi((await params).agency);
  await prefetch(
    trpc.agreements.list.infiniteQueryOptions({ limit: 50 }, { getNextPageParam: (page) => page.nextCursor }),
  );
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="list" />}>
        <AgencyAgreementsPage />
      </Suspense>
    </Hydrate>
  );
}
