import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { OperatorPaymentsPage } from "@/components/operator/payments/operator-payments";
import { consoleApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Payments" };

export default async function PaymentsPage() {
  const { trpc, prefetch, Hydrate } = await consoleApi();
  await prefetch(
    trpc.organisations.list.queryOptions({ kind: "merchant", limit: 200 }),
    trpc.programs.list.queryOptions(),
  );
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="list" />}>
        <OperatorPaymentsPage />
      </Suspense>
    </Hydrate>
  );
}
