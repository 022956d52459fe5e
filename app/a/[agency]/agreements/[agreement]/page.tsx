import { Suspense } from "react";
import { AgencyAgreementPage } from "@/components/agreements/agreement-pages";
import { PortalLoading } from "@/components/frame/portal-loading";
import { agencyApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Agreement" };

interface PageProps {
  params: Promise<{ agency: string; agreement: string }>;
}

export default async function AgreementPage({ params }: PageProps) {
  const { agency, agreement } = await params;
  const { trpc, prefetch, Hydrate } = await agencyApi(agency);
  await prefetch(trpc.agreements.get.queryOptions({ agreementId: agreement }));
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="detail" />}>
        <AgencyAgreementPage id={agreement} />
      </Suspense>
    </Hydrate>
  );
}
