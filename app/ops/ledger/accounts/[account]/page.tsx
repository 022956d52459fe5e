import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { AccountPage } from "@/components/ledger/account-page";
import { consoleApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Ledger account" };

export default async function Page({ params }: { params: Promise<{ account: string }> }) {
  const { account: id } = await params;
  const { trpc, prefetch, Hydrate } = await consoleApi();
  await prefetch(trpc.ledger.account.queryOptions({ accountId: id }));
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="detail" />}>
        <AccountPage id={id} />
      </Suspense>
    </Hydrate>
  );
}
