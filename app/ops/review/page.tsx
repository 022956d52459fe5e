import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { ReviewPage } from "@/components/review/review-page";
import { consoleApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Review queue" };

interface PageProps {
  searchParams: Promise<{ case?: string }>;
}

export default async function ReviewQueuePage({ searchParams }: PageProps) {
  const { case: caseId } = await searchParams;
  const { trpc, prefetch, Hydrate, queryClient } = await consoleApi();
  const open = trpc.cases.list.queryOptions({ states: ["open"], sort: "expected_loss", limit: 100 });
  await prefetch(open, trpc.cases.figures.queryOptions({}));
  const first = caseId ?? queryClient.getQueryData(open.queryKey)?.items[0]?.id;
  if (first) {
    const detail = trpc.cases.detail.queryOptions({ caseId: first });
    await prefetch(detail);
    const paymentId = queryClient.getQueryData(detail.queryKey)?.payment.id;
    if (paymentId) await prefetch(trpc.settlement.splitPreview.queryOptions({ paymentId }));
  }
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading />}>
        <ReviewPage />
      </Suspense>
    </Hydrate>
  );
}
