"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import type { ReactNode } from "react";
import { DataTable } from "@/components/data-table/data-table";
import type { DataColumn } from "@/components/data-table/types";
import { useTableState } from "@/components/data-table/use-table-state";
import { Crumbs } from "@/components/frame/crumbs";
import { usePortal } from "@/components/frame/portal-context";
import {
  accountMeaning,
  accountName,
  accountWord,
  movesMoney,
  transferWords,
} from "@/components/ledger/ledger-words";
import { MomentFields, useMoment } from "@/components/ledger/moment";
import { decimalsOf } from "@/components/money/format-amount";
import { Money } from "@/components/money/money";
import { PayoutSkeleton } from "@/components/payouts/payout-skeleton";
import { QueryView, tableErrorOf } from "@/components/query/query-view";
import { ExactTime } from "@/components/time/relative-time";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import { CopyableId } from "@/components/ui/copyable-id";
import { FirstUse } from "@/components/ui/empty-state";
import { KeyValueList } from "@/components/ui/key-value";
import { Dot, Page, PageHeader } from "@/components/ui/page-header";
import { SkeletonText } from "@/components/ui/skeleton";
import type { AccountView, TransferView } from "@/server/ledger/schema";
import { useOperatorTrpc } from "@/server/trpc/client";

type Leg = TransferView & { side: "debit" | "credit"; balanceAfter: { amount: string; currency: string } };

/** One account as a T, with its history and its balance at any moment. */
export function AccountPage({ id }: { id: string }) {
  const trpc = useOperatorTrpc();
  const account = useQuery(trpc.ledger.account.queryOptions({ accountId: id }, { refetchInterval: 10_000 }));
  return (
    <Page>
      <QueryView query={account} what="This account" skeleton={<PayoutSkeleton />}>
        {(data) => <Loaded account={data} />}
      </QueryView>
    </Page>
  );
}

function Loaded({ account }: { account: AccountView }) {
  const trpc = useOperatorTrpc();
  const { at, by } = useMoment();
  const past = useQuery(
    trpc.ledger.balanceAt.queryOptions({ accountId: account.id, at: at ?? "", by }, { enabled: at !== null }),
  );
  return (
    <>
      <Crumbs items={[{ label: accountName(account) }]} />
      <PageHeader
        figure
        eyebrow={accountName(account)}
        title={<Money {...account.balance} full />}
        aside={account.closed ? <Badge>Closed</Badge> : null}
        meta={
          <>
            <CopyableId id={account.id} />
            <Dot />
            <span>grows by {account.normalSide}s</span>
            <Dot />
            <span>{accountMeaning(account.code)}</span>
          </>
        }
      />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1.6fr)_minmax(0,1fr)]">
        <Card
          title={at === null ? "What stands on each side now?" : "What stood on each side then?"}
          hint={
            at === null ? (
              account.currency
            ) : (
              <>
                {account.currency}, <ExactTime at={at} format="exact" withOffset />, by{" "}
                {by === "recorded"
                  ? "ledger time: what was known then"
                  : "business time: what is known now about then"}
              </>
            )
          }
          flush
        >
          <div className="border-t border-line-soft px-4 py-3">
            <MomentFields />
          </div>
          {at === null ? (
            <AccountT counters={account.counters} balance={account.balance} side={account.normalSide} />
          ) : (
            <QueryView
              query={past}
              what="This moment"
              skeleton={
                <div className="px-4 pb-4">
                  <SkeletonText lines={3} />
                </div>
              }
            >
              {(then) => (
                <AccountT counters={then.counters} balance={then.balance} side={account.normalSide} />
              )}
            </QueryView>
          )}
        </Card>
        <Owner account={account} />
      </div>
      <History account={account} until={by === "recorded" ? at : null} />
    </>
  );
}

/** Debits left, credits right, what is only held in brackets, the balance under the line. */
function AccountT({
  counters,
  balance,
  side,
}: {
  counters: AccountView["counters"];
  balance: AccountView["balance"];
  side: "debit" | "credit";
}) {
  const { debitsPosted, debitsPending, creditsPosted, creditsPending } = counters;
  const decimals = decimalsOf(
    [debitsPosted, debitsPending, creditsPosted, creditsPending, balance].map(({ amount }) => amount),
  );
  const column = (name: string, posted: ReactNode, pending: ReactNode) => (
    <div className="min-w-0">
      <p className="border-b-2 border-line-strong px-4 py-1.5 text-center text-sm font-medium">{name}</p>
      <dl className="grid gap-1 px-4 py-3 text-sm">
        <div className="flex justify-between gap-4">
          <dt className="text-muted">Posted</dt>
          <dd>{posted}</dd>
        </div>
        <div className="flex justify-between gap-4">
          <dt className="text-muted">Pending</dt>
          <dd>{pending}</dd>
        </div>
      </dl>
    </div>
  );
  return (
    <div className="border-t border-line-soft">
      <div className="grid grid-cols-2 divide-x-2 divide-line-strong">
        {column(
          "Debit",
          <Money {...debitsPosted} hideCode full decimals={decimals} />,
          <Money {...debitsPending} hideCode emphasis="muted" full decimals={decimals} />,
        )}
        {column(
          "Credit",
          <Money {...creditsPosted} hideCode full decimals={decimals} />,
          <Money {...creditsPending} hideCode emphasis="muted" full decimals={decimals} />,
        )}
      </div>
      <p className="flex items-baseline justify-between gap-4 border-t border-line px-4 py-2.5 text-sm font-semibold">
        Balance, on the {side} side
        <Money {...balance} full decimals={decimals} />
      </p>
    </div>
  );
}

function History({ account, until }: { account: AccountView; until: string | null }) {
  const trpc = useOperatorTrpc();
  const { base } = usePortal();
  const state = useTableState();
  const list = useInfiniteQuery(
    trpc.ledger.accountTransfers.infiniteQueryOptions(
      { accountId: account.id, limit: 50, ...(until && { until }) },
      { getNextPageParam: (page) => page.nextCursor, placeholderData: (before) => before },
    ),
  );
  const rows = list.data?.pages.flatMap((page) => page.items);
  const decimals = decimalsOf((rows ?? []).flatMap((row) => [row.amount.amount, row.balanceAfter.amount]));
  return (
    <DataTable
      id="ledger-account"
      label="Transfers"
      title={until ? "Transfers until then" : "Transfers"}
      columns={columnsFor(account.currency, base, decimals)}
      rows={rows}
      rowId={(row) => row.id}
      rowHref={(row) => `${base}/ledger/transfers/${row.id}`}
      state={state}
      error={tableErrorOf(list.data ? null : list.error)}
      onRetry={() => void list.refetch()}
      busy={list.isPlaceholderData}
      hasMore={list.hasNextPage}
      onLoadMore={() => void list.fetchNextPage()}
      loadingMore={list.isFetchingNextPage}
      autoLoad
      firstUse={
        <FirstUse title={until ? "Nothing had moved by then" : "Nothing has moved yet"}>
          Transfers stand here from the moment in which they are recorded.
        </FirstUse>
      }
    />
  );
}

function columnsFor(currency: string, base: string, decimals: number): DataColumn<Leg>[] {
  const side = (which: "debit" | "credit"): DataColumn<Leg> => ({
    id: which,
    header: `${which === "debit" ? "Debit" : "Credit"} ${currency}`,
    align: "right",
    priority: 1,
    cell: (row) =>
      row.side === which ? (
        <Money
          {...row.amount}
          hideCode
          full
          decimals={decimals}
          emphasis={movesMoney(row.kind) ? "normal" : "muted"}
        />
      ) : null,
  });
  return [
    {
      id: "at",
      header: "Recorded",
      fixed: true,
      cell: (row) => <ExactTime at={row.recordedAt} format="dayTime" />,
    },
    {
      id: "effective",
      header: "Business time",
      priority: 2,
      cell: (row) => (
        <span className="text-muted">
          <ExactTime at={row.effectiveAt} format="dayTime" />
        </span>
      ),
    },
    {
      id: "what",
      header: "What for",
      priority: 1,
      cell: (row) => (
        <span className="flex items-center gap-2">
          {transferWords(row)}
          {row.state === "pending" ? <Badge tone="waiting">Pending</Badge> : null}
        </span>
      ),
    },
    {
      id: "other",
      header: "Other account",
      priority: 2,
      cell: (row) => {
        const other = row.side === "debit" ? row.credit : row.debit;
        return (
          <Link
            href={`${base}/ledger/accounts/${other.id}`}
            onClick={(event) => event.stopPropagation()}
            className="rounded-sm text-muted hover:text-accent"
          >
            {accountName(other)}
          </Link>
        );
      },
    },
    side("debit"),
    side("credit"),
    {
      id: "balance",
      header: `Balance ${currency}`,
      align: "right",
      priority: 1,
      cell: (row) => <Money {...row.balanceAfter} hideCode full decimals={decimals} emphasis="strong" />,
    },
    {
      id: "id",
      header: "Transfer",
      priority: 3,
      defaultHidden: true,
      cell: (row) => <CopyableId id={row.id} />,
    },
  ];
}

/** Where the account's owner has a page. */
function Owner({ account }: { account: AccountView }) {
  const { base, can } = usePortal();
  const { ownerId } = account;
  const href = ownerId?.startsWith("org_")
    ? can("organisations.read") && `${base}/organisations/${ownerId}`
    : ownerId?.startsWith("po_") && can("payouts.read") && `${base}/settlement/payouts/${ownerId}`;
  return (
    <Card title="Facts" bodyClassName="pt-1">
      <KeyValueList
        items={[
          {
            label: "Owner",
            value: href ? (
              <Link href={href} className="underline decoration-line-strong underline-offset-4">
                {account.owner}
              </Link>
            ) : (
              account.owner
            ),
          },
          { label: "Kind", value: accountWord(account.code) },
          {
            label: "Limit",
            value: account.mayGoNegative ? "none" : "its balance must not go below zero",
          },
          { label: "Opened", value: <ExactTime at={account.createdAt} format="exact" withOffset /> },
        ]}
      />
    </Card>
  );
}
