import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { RulesPage } from "@/components/review/rules/rules-page";
import { consoleApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Rules" };

export default async function Rules() {
  const { trpc, prefetch, Hydrate } = await consoleApi();
  await prefetch(trpc.programs.list.queryOptions());
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading />}>
        <RulesPage />
      </Suspense>
    </Hydrate>
  );
}
