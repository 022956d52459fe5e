"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { Crumbs } from "@/components/frame/crumbs";
import { usePortal } from "@/components/frame/portal-context";
import { JournalView } from "@/components/ledger/journal-view";
import { accountName, transferWords } from "@/components/ledger/ledger-words";
import { formatAmount } from "@/components/money/format-amount";
import { Money } from "@/components/money/money";
import { PayoutSkeleton } from "@/components/payouts/payout-skeleton";
import { QueryView } from "@/components/query/query-view";
import { ExactTime } from "@/components/time/relative-time";
import { Card } from "@/components/ui/card";
import { CopyableId } from "@/components/ui/copyable-id";
import { JsonView } from "@/components/ui/json-view";
import { KeyValueList } from "@/components/ui/key-value";
import { Dot, Page, PageHeader } from "@/components/ui/page-header";
import { StatusBadge } from "@/components/ui/status-badge";
import type { TransferView } from "@/server/ledger/schema";
import { useOperatorTrpc } from "@/server/trpc/client";

/** One transfer with the whole journal that it belongs to. */
export function TransferPage({ id }: { id: string }) {
  const trpc = useOperatorTrpc();
  const { base } = usePortal();
  const found = useQuery(trpc.ledger.transfer.queryOptions({ transferId: id }));
  return (
    <Page>
      <QueryView query={found} what="This transfer" skeleton={<PayoutSkeleton />}>
        {({ transfer, journal }) => (
          <>
            <Crumbs
              items={[
                { label: "Transfers", href: `${base}/ledger/transfers` },
                {
                  label: `${formatAmount(transfer.amount.amount, { full: true })} ${transfer.amount.currency}`,
                },
              ]}
            />
            <PageHeader
              figure
              eyebrow={transferWords(transfer)}
              title={<Money {...transfer.amount} full />}
              aside={
                <StatusBadge
                  kind="transfer"
                  state={transfer.state ?? (transfer.kind === "void_pending" ? "voided" : "posted")}
                />
              }
              meta={
                <>
                  <CopyableId id={transfer.id} />
                  <Dot />
                  <span>number {transfer.sequence}</span>
                  <Dot />
                  <ExactTime at={transfer.recordedAt} format="exact" withOffset />
                </>
              }
            />
            <Facts transfer={transfer} base={base} />
            <JournalView journalId={transfer.journalId} transfers={journal} />
            <JsonView value={transfer} collapsed />
          </>
        )}
      </QueryView>
    </Page>
  );
}

const LINK = "underline decoration-line-strong underline-offset-4 hover:decoration-accent";

function Facts({ transfer, base }: { transfer: TransferView; base: string }) {
  return (
    <Card title="From where to where?" bodyClassName="pt-1">
      <KeyValueList
        layout="grid"
        items={[
          {
            label: "Debited",
            value: (
              <Link href={`${base}/ledger/accounts/${transfer.debit.id}`} className={LINK}>
                {accountName(transfer.debit)}
              </Link>
            ),
          },
          {
            label: "Credited",
            value: (
              <Link href={`${base}/ledger/accounts/${transfer.credit.id}`} className={LINK}>
                {accountName(transfer.credit)}
              </Link>
            ),
          },
          {
            label: "Business time",
            value: <ExactTime at={transfer.effectiveAt} format="exact" withOffset />,
          },
          { label: "Ledger time", value: <ExactTime at={transfer.recordedAt} format="exact" withOffset /> },
          {
            label: "Resolves the hold",
            value: transfer.pendingId ? (
              <Link
                href={`${base}/ledger/transfers/${transfer.pendingId}`}
                className={`font-mono text-xs ${LINK}`}
              >
                {transfer.pendingId}
              </Link>
            ) : null,
          },
          {
            label: "Journal",
            value: transfer.journalId ? (
              <Link
                href={`${base}/ledger/journals/${transfer.journalId}`}
                className={`font-mono text-xs ${LINK}`}
              >
                {transfer.journalId}
              </Link>
            ) : null,
          },
        ]}
      />
    </Card>
  );
}
