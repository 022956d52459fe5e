import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { OperatorAgreementPage } from "@/components/settlement/agreements/operator-agreement";
import { consoleApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Agreement" };

export default async function AgreementPage({ params }: { params: Promise<{ agreement: string }> }) {
  const { agreement } = await params;
  const { trpc, prefetch, Hydrate } = await consoleApi();
  await prefetch(
    trpc.agreements.get.queryOptions({ agreementId: agreement }),
    trpc.programs.list.queryOptions(),
  );
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="detail" />}>
        <OperatorAgreementPage id={agreement} />
      </Suspense>
    </Hydrate>
  );
}
