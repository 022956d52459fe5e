"use client";

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Landmark } from "lucide-react";
import type { ReactNode } from "react";
import { useMemo } from "react";
import { AgencyAccountNotice, MerchantAccountNotice } from "@/components/bank-accounts/account-notice";
import { DataTable } from "@/components/data-table/data-table";
import type { SavedTab } from "@/components/data-table/types";
import { useTableState } from "@/components/data-table/use-table-state";
import { Crumbs } from "@/components/frame/crumbs";
import { usePortal } from "@/components/frame/portal-context";
import { programFilter, usePrograms } from "@/components/frame/programs-context";
import { useItemFilter } from "@/components/payouts/item-filter";
import { ItemsTable } from "@/components/payouts/items-table";
import { payoutColumns } from "@/components/payouts/payout-columns";
import { PayoutSkeleton } from "@/components/payouts/payout-skeleton";
import { PayoutSum } from "@/components/payouts/payout-sum";
import { countedPayoutTabs } from "@/components/payouts/payout-tabs";
import { PayoutDetailView } from "@/components/payouts/payout-view";
import { pagedRows } from "@/components/query/paged-rows";
import { QueryView } from "@/components/query/query-view";
import { formatPeriod } from "@/components/time/period";
import { ZoneProvider } from "@/components/time/zone-context";
import { FirstUse } from "@/components/ui/empty-state";
import { Page, PageHeader } from "@/components/ui/page-header";
import { PAYOUT_STATES } from "@/server/settlement/constants";
import type { PayoutDetail } from "@/server/settlement/schema";
import { type MerchantTrpc, useAgencyTrpc, useMerchantTrpc } from "@/server/trpc/client";

const TABS: readonly SavedTab[] = [
  { value: "all", label: "All" },
  { value: "proposed", label: "Waiting for approval" },
  { value: "approved", label: "Approved" },
  { value: "submitted", label: "Sent to bank" },
  { value: "paid", label: "Paid" },
  { value: "failed", label: "Failed" },
  { value: "returned", label: "Returned" },
  { value: "cancelled", label: "Cancelled" },
];

type PayoutCalls = MerchantTrpc["payouts"];

const PAYOUT = {
  path: "payouts",
  word: "Payout",
  meta: "What was sent to your bank, one for each settled period",
  first: "its payout",
};
/** What an agency calls its payouts. */
const REMITTANCE: typeof PAYOUT = {
  path: "remittances",
  word: "Remittance",
  meta: "Your share, sent to your bank, one for each settled period",
  first: "your remittance",
};

export function MerchantPayoutsPage() {
  return (
    <PayoutsPage payouts={useMerchantTrpc().payouts} words={PAYOUT} notice={<MerchantAccountNotice />} />
  );
}

export function AgencyRemittancesPage() {
  return (
    <PayoutsPage payouts={useAgencyTrpc().remittances} words={REMITTANCE} notice={<AgencyAccountNotice />} />
  );
}

export function MerchantPayoutPage({ id }: { id: string }) {
  const { payouts, statements } = useMerchantTrpc();
  return <PayoutPage id={id} payouts={payouts} statements={statements} word={PAYOUT.word} />;
}

export function AgencyRemittancePage({ id }: { id: string }) {
  const { remittances, statements } = useAgencyTrpc();
  return <PayoutPage id={id} payouts={remittances} statements={statements} word={REMITTANCE.word} />;
}

/** What a merchant or an agency was paid and will be paid, newest first. */
function PayoutsPage({
  payouts,
  words,
  notice,
}: {
  payouts: PayoutCalls;
  words: typeof PAYOUT;
  notice: ReactNode;
}) {
  const { path, word, meta, first } = words;
  const { base } = usePortal();
  const { many, currency, options } = usePrograms();
  const filters = useMemo(() => programFilter(options), [options]);
  const columns = useMemo(() => payoutColumns({ currency, withProgram: many }), [currency, many]);
  const state = useTableState({ tabs: TABS, filters });
  const programId = state.filters.program?.[0] ?? null;
  const chosen = PAYOUT_STATES.find((each) => each === state.tab) ?? null;
  const counts = useQuery(payouts.counts.queryOptions({ programId }));
  const totals = useQuery(
    payouts.totals.queryOptions({ state: chosen, programId }, { placeholderData: (before) => before }),
  );
  const list = useInfiniteQuery(
    payouts.list.infiniteQueryOptions(
      { state: chosen, programId, limit: 50 },
      { getNextPageParam: (page) => page.nextCursor, placeholderData: (before) => before },
    ),
  );
  return (
    <Page>
      <PageHeader title={`${word}s`} meta={meta} />
      {notice}
      <DataTable
        id={path}
        label={`${word}s`}
        columns={columns}
        {...pagedRows(list)}
        rowId={(row) => row.id}
        rowHref={(row) => `${base}/${path}/${row.id}`}
        state={{ ...state, tabs: countedPayoutTabs(TABS, counts.data, state.tab) }}
        sum={<PayoutSum totals={totals.data} word={word.toLowerCase()} />}
        firstUse={
          <FirstUse
            title={chosen ? "None in this state" : `No ${word.toLowerCase()}s yet`}
            icon={<Landmark aria-hidden />}
          >
            {chosen
              ? `${word}s move from calculated over approved and sent to paid.`
              : `When the first settlement period closes, ${first} stands here with everything that is inside it.`}
          </FirstUse>
        }
      />
    </Page>
  );
}

interface PayoutPageProps {
  payouts: PayoutCalls;
  statements: MerchantTrpc["statements"];
  word: string;
}

/** One payout with the payments inside it. */
function PayoutPage({ id, ...props }: PayoutPageProps & { id: string }) {
  const payout = useQuery(props.payouts.get.queryOptions({ payoutId: id }));
  return (
    <Page>
      <QueryView query={payout} what={`This ${props.word.toLowerCase()}`} skeleton={<PayoutSkeleton />}>
        {(detail) => (
          <ZoneProvider zone={detail.statement.program.timeZone} place={detail.statement.program.name}>
            <Loaded detail={detail} {...props} />
          </ZoneProvider>
        )}
      </QueryView>
    </Page>
  );
}

function Loaded({ detail, payouts, statements, word }: PayoutPageProps & { detail: PayoutDetail }) {
  const { base, kind } = usePortal();
  const { payout, statement } = detail;
  const lines = useQuery(statements.get.queryOptions({ statementId: statement.id }));
  const filter = useItemFilter();
  const items = useInfiniteQuery(
    payouts.payments.infiniteQueryOptions(
      { payoutId: payout.id, limit: 50, ...filter },
      { getNextPageParam: (page) => page.nextCursor },
    ),
  );
  return (
    <>
      <Crumbs
        items={[{ label: formatPeriod(payout.periodStart, payout.periodEnd, statement.program.timeZone) }]}
      />
      <PayoutDetailView detail={detail} statements={statements} base={base} word={word}>
        <ItemsTable
          title={`Payments in this ${word.toLowerCase()}`}
          list={items}
          statement={statement}
          lines={lines.data?.lines}
          reckoning={detail.reckoning}
          withMerchant={kind === "agency"}
        />
      </PayoutDetailView>
    </>
  );
}
