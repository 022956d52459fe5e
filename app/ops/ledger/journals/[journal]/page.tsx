import { Suspense } from "react";
import { PortalLoading } from "@/components/frame/portal-loading";
import { JournalPage } from "@/components/ledger/journal-page";
import { consoleApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Ledger journal" };

export default async function Page({ params }: { params: Promise<{ journal: string }> }) {
  const { journal: id } = await params;
  const { trpc, prefetch, Hydrate } = await consoleApi();
  await prefetch(trpc.ledger.journal.queryOptions({ journalId: id }));
  return (
    <Hydrate>
      <Suspense fallback={<PortalLoading shape="detail" />}>
        <JournalPage id={id} />
      </Suspense>
    </Hydrate>
  );
}
