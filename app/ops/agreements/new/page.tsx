import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { DraftAgreementPage } from "@/components/settlement/agreements/draft-agreement";
import { consoleApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Draft a version" };

export default async function NewAgreementPage() {
  const { trpc, prefetch, Hydrate } = await consoleApi();
  await prefetch(trpc.programs.list.queryOptions());
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="detail" />}>
        <DraftAgreementPage />
      </Suspense>
    </Hydrate>
  );
}
