import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { ImportPage } from "@/components/imports/import-page";
import { consoleApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Import" };

export default async function ImportDetail({ params }: { params: Promise<{ import: string }> }) {
  const { import: importId } = await params;
  const { trpc, prefetch, Hydrate } = await consoleApi();
  await prefetch(trpc.imports.detail.queryOptions({ importId }));
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="detail" />}>
        <ImportPage id={importId} />
      </Suspense>
    </Hydrate>
  );
}
