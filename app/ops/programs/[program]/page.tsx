import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { ProgramPage } from "@/components/programs/program-page";
import { consoleApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Program" };

export default async function Page({ params }: { params: Promise<{ program: string }> }) {
  const { program } = await params;
  const { trpc, prefetch, Hydrate } = await consoleApi();
  await prefetch(trpc.programs.get.queryOptions({ slug: program }));
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="detail" />}>
        <ProgramPage slug={program} />
      </Suspense>
    </Hydrate>
  );
}
