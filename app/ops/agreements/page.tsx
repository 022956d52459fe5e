import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { OperatorAgreementsPage } from "@/components/settlement/agreements/operator-agreements";
import { consoleApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Agreements" };

export default async function AgreementsPage() {
  const { trpc, prefetch, Hydrate } = await consoleApi();
  await prefetch(trpc.programs.list.queryOptions());
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="list" />}>
        <OperatorAgreementsPage />
      </Suspense>
    </Hydrate>
  );
}
