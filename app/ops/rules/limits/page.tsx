import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { LimitsPage } from "@/components/limits/limits-page";
import { consoleApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Limits" };

export default async function Limits() {
  const { trpc, prefetch, Hydrate } = await consoleApi();
  await prefetch(trpc.programs.list.queryOptions());
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="list" />}>
        <LimitsPage />
      </Suspense>
    </Hydrate>
  );
}
