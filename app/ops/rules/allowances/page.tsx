import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { AllowancesPage } from "@/components/limits/allowances-page";
import { consoleApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Allowances" };

export default async function Allowances() {
  const { trpc, prefetch, Hydrate } = await consoleApi();
  await prefetch(trpc.programs.list.queryOptions());
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="list" />}>
        <AllowancesPage />
      </Suspense>
    </Hydrate>
  );
}
