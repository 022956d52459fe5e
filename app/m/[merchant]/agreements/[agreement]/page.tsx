import { Suspense } from "react";
import { MerchantAgreementPage } from "@/components/agreements/agreement-pages";
import { PortalLoading } from "@/components/frame/portal-loading";
import { merchantApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Agreement" };

interface PageProps {
  params: Promise<{ merchant: string; agreement: string }>;
}

export default async function AgreementPage({ params }: PageProps) {
  const { merchant, agreement } = await params;
  const { trpc, prefetch, Hydrate } = await merchantApi(merchant);
  await prefetch(trpc.agreements.get.queryOptions({ agreementId: agreement }));
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="detail" />}>
        <MerchantAgreementPage id={agreement} />
      </Suspense>
    </Hydrate>
  );
}
