import { Suspense } from "react";
import { MerchantAgreementsPage } from "@/components/agreements/agreement-pages";
import { PortalLoading } from "@/components/frame/portal-loading";
import { merchantApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Agreements" };

interface PageProps {
  params: Promise<{ merchant: string }>;
}

export default async function AgreementsPage({ params }: PageProps) {
  const { trpc, prefetch, Hydrate } = await merchantApi((await params).merchant);
  await prefetch(
    trpc.agreements.list.infiniteQueryOptions({ limit: 50 }, { getNextPageParam: (page) => page.nextCursor }),
  );
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="list" />}>
        <MerchantAgreementsPage />
      </Suspense>
    </Hydrate>
  );
}
