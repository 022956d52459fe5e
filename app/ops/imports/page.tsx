import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { ImportsPage } from "@/components/imports/imports-page";
import { consoleApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Import" };

export default async function Imports() {
  const { trpc, prefetch, Hydrate } = await consoleApi();
  await prefetch(trpc.programs.list.queryOptions());
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="list" />}>
        <ImportsPage />
      </Suspense>
    </Hydrate>
  );
}
