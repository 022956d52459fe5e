import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { AgencyStatementPage } from "@/components/statements/statement-pages";
import { agencyApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Statement" };

interface PageProps {
  params: Promise<{ agency: string; statement: string }>;
}

export default async function StatementPage({ params }: PageProps) {
  const { agency, statement } = await params;
  const { trpc, prefetch, Hydrate } = await agencyApi(agency);
  await prefetch(trpc.statements.get.queryOptions({ statementId: statement }));
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="detail" />}>
        <AgencyStatementPage id={statement} />
      </Suspense>
    </Hydrate>
  );
}
