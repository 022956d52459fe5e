import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { OperatorStatementPage } from "@/components/settlement/operator-statement";
import { consoleApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Statement" };

export default async function StatementPage({ params }: { params: Promise<{ statement: string }> }) {
  const { statement } = await params;
  const { trpc, prefetch, Hydrate } = await consoleApi();
  await prefetch(trpc.statements.get.queryOptions({ statementId: statement }));
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="detail" />}>
        <OperatorStatementPage id={statement} />
      </Suspense>
    </Hydrate>
  );
}
