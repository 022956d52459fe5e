import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { MerchantStatementPage } from "@/components/statements/statement-pages";
import { merchantApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Statement" };

interface PageProps {
  params: Promise<{ merchant: string; statement: string }>;
}

export default async function StatementPage({ params }: PageProps) {
  const { merchant, statement } = await params;
  const { trpc, prefetch, Hydrate } = await merchantApi(merchant);
  await prefetch(trpc.statements.get.queryOptions({ statementId: statement }));
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="detail" />}>
        <MerchantStatementPage id={statement} />
      </Suspense>
    </Hydrate>
  );
}
