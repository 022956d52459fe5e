import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { AgencyRemittancePage } from "@/components/payouts/payout-pages";
import { agencyApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Remittance" };

interface PageProps {
  params: Promise<{ agency: string; remittance: string }>;
}

export default async function RemittancePage({ params }: PageProps) {
  const { agency, remittance } = await params;
  const { trpc, prefetch, Hydrate } = await agencyApi(agency);
  await prefetch(trpc.remittances.get.queryOptions({ payoutId: remittance }));
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="detail" />}>
        <AgencyRemittancePage id={remittance} />
      </Suspense>
    </Hydrate>
  );
}
