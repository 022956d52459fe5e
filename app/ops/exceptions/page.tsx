import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { ExceptionsPage } from "@/components/settlement/operator-exceptions";
import { consoleApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Exceptions" };

export default async function Page() {
  const { trpc, prefetch, Hydrate } = await consoleApi();
  await prefetch(trpc.programs.list.queryOptions());
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="list" />}>
        <ExceptionsPage />
      </Suspense>
    </Hydrate>
  );
}
