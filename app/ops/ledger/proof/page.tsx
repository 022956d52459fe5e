import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { ProofPage } from "@/components/ledger/proof-page";
import { consoleApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Proof" };

export default async function Page() {
  const { trpc, prefetch, Hydrate } = await consoleApi();
  await Promise.all([prefetch(trpc.ledger.proof.queryOptions()), prefetch(trpc.proof.whole.queryOptions())]);
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="list" />}>
        <ProofPage />
      </Suspense>
    </Hydrate>
  );
}
