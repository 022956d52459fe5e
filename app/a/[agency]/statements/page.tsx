import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { AgencyStatementsPage } from "@/components/statements/statement-pages";
import { agencyApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Statements" };

interface PageProps {
  params: Promise<{ agency: string }>;
}

export default async function StatementsPage({ params }: PageProps) {
  const { trpc, prefetch, Hydrate } = await agencyApi((await params).agency);
  await prefetch(
    trpc.statements.list.infiniteQueryOptions({ limit: 50 }, { getNextPageParam: (page) => page.nextCursor }),
  );
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="list" />}>
        <AgencyStatementsPage />
      </Suspense>
    </Hydrate>
  );
}
