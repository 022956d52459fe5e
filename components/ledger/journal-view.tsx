"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { TAccounts } from "@/components/charts/t-account";
import { SimpleTable } from "@/components/data-table/simple-table";
import { usePortal } from "@/components/frame/portal-context";
import { toJournal } from "@/components/ledger/ledger-words";
import { transferColumns } from "@/components/ledger/transfers-page";
import { Card } from "@/components/ui/card";
import { CopyableId } from "@/components/ui/copyable-id";
import { SkeletonText } from "@/components/ui/skeleton";
import type { TransferView } from "@/server/ledger/schema";
import type { JournalCause } from "@/server/reporting/schema";
import { useOperatorTrpc } from "@/server/trpc/client";

/** Beyond this many accounts a drawing says less than a table. */
const MOST_DRAWN = 60;

/** A business event in the ledger: what caused it, drawn as T-accounts, and transfer by transfer. */
export function JournalView({
  journalId,
  transfers,
}: {
  journalId: string | null;
  transfers: readonly TransferView[];
}) {
  const { base } = usePortal();
  return (
    <>
      {journalId ? <Cause journalId={journalId} /> : null}
      <section aria-label="The journal as T-accounts" className="grid gap-2">
        <h2 className="text-base font-semibold">
          Which accounts did it move?{" "}
          {transfers.length > MOST_DRAWN ? (
            <span className="text-sm font-normal text-muted">
              The first {MOST_DRAWN} of {transfers.length} transfers
            </span>
          ) : null}
        </h2>
        <TAccounts transfers={toJournal(transfers.slice(0, MOST_DRAWN))} />
      </section>
      <Card title="Transfers of this journal" hint={`${transfers.length}`} flush>
        <SimpleTable
          label="Transfers of this journal"
          columns={transferColumns(transfers)}
          rows={transfers}
          rowId={(row) => row.id}
          rowHref={(row) => `${base}/ledger/transfers/${row.id}`}
        />
      </Card>
    </>
  );
}

/** Links to what the journal was written for. */
function Cause({ journalId }: { journalId: string }) {
  const trpc = useOperatorTrpc();
  const { base } = usePortal();
  const cause = useQuery(trpc.reporting.journalCause.queryOptions({ journalId }));
  const hrefOf = ({ kind, id }: JournalCause["causes"][number]) =>
    ({
      payment: `${base}/payments/${id}`,
      payout: `${base}/settlement/payouts/${id}`,
      run: `${base}/settlement/${id}`,
      adjustment: null,
    })[kind];
  return (
    <Card title="What caused it?" hint={cause.data?.sentence}>
      {cause.data ? (
        cause.data.causes.length > 0 ? (
          <ul className="flex flex-wrap gap-x-6 gap-y-1.5 text-sm">
            {cause.data.causes.map((each) => {
              const href = hrefOf(each);
              return (
                <li key={each.id} className="flex min-w-0 flex-wrap items-center gap-x-2 wrap-anywhere">
                  {href ? (
                    <Link
                      href={href}
                      className="underline decoration-line-strong underline-offset-4 hover:decoration-accent"
                    >
                      {each.label}
                    </Link>
                  ) : (
                    each.label
                  )}
                  <CopyableId id={each.id} />
                </li>
              );
            })}
            {cause.data.more > 0 ? <li className="text-muted">and {cause.data.more} more</li> : null}
          </ul>
        ) : (
          <p className="text-sm text-muted">Nothing else on record names this journal.</p>
        )
      ) : cause.error ? (
        <p className="text-sm text-muted">What caused it could not be loaded.</p>
      ) : (
        <SkeletonText lines={1} />
      )}
    </Card>
  );
}
