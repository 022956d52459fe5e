import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { TransferPage } from "@/components/ledger/transfer-page";
import { consoleApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Ledger transfer" };

export default async function Page({ params }: { params: Promise<{ transfer: string }> }) {
  const { transfer: id } = await params;
  const { trpc, prefetch, Hydrate } = await consoleApi();
  await prefetch(trpc.ledger.transfer.queryOptions({ transferId: id }));
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="detail" />}>
        <TransferPage id={id} />
      </Suspense>
    </Hydrate>
  );
}
