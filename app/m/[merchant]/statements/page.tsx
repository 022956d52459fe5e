import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { MerchantStatementsPage } from "@/components/statements/statement-pages";
import { merchantApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Statements" };

interface PageProps {
  params: Promise<{ merchant: string }>;
}

export default async function StatementsPage({ params }: PageProps) {
  const { trpc, prefetch, Hydrate } = await merchantApi((await params).merchant);
  await prefetch(
    trpc.statements.list.infiniteQueryOptions({ limit: 50 }, { getNextPageParam: (page) => page.nextCursor }),
  );
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="list" />}>
        <MerchantStatementsPage />
      </Suspense>
    </Hydrate>
  );
}
