import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { ProgramsPage } from "@/components/programs/programs-page";
import { consoleApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Programs" };

export default async function Page() {
  const { trpc, prefetch, Hydrate } = await consoleApi();
  await prefetch(trpc.programs.list.queryOptions());
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="list" />}>
        <ProgramsPage />
      </Suspense>
    </Hydrate>
  );
}
