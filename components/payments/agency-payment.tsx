"use client";

import { useQuery } from "@tanstack/react-query";
import { DeviceKind, kindLook } from "@/components/devices/device-kind";
import { Crumbs } from "@/components/frame/crumbs";
import { usePortal } from "@/components/frame/portal-context";
import { formatAmount } from "@/components/money/format-amount";
import { Money } from "@/components/money/money";
import { sumAmounts } from "@/components/money/sum-amounts";
import { PaidBy } from "@/components/payments/paid-by";
import { PaymentSplit } from "@/components/payments/payment-split";
import { purposeWords, sourceWords } from "@/components/payments/payment-words";
import { QueryView } from "@/components/query/query-view";
import { ExactTime } from "@/components/time/relative-time";
import { ZoneProvider } from "@/components/time/zone-context";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { CopyableId } from "@/components/ui/copyable-id";
import { KeyValueList } from "@/components/ui/key-value";
import { Dot, Page, PageHeader } from "@/components/ui/page-header";
import { SkeletonCard } from "@/components/ui/skeleton";
import { StatusBadge } from "@/components/ui/status-badge";
import type { SharedPaymentView } from "@/server/payments/schema";
import type { SplitView } from "@/server/settlement/schema";
import { useAgencyTrpc } from "@/server/trpc/client";

/** A payment that the agency has a part in: its own legs with their reasons, and where that money stands. */
export function AgencyPaymentPage({ id }: { id: string }) {
  const trpc = useAgencyTrpc();
  const payment = useQuery(trpc.payments.detail.queryOptions({ paymentId: id }));
  const split = useQuery(trpc.settlement.paymentSplit.queryOptions({ paymentId: id }));
  return (
    <Page>
      <QueryView query={payment} what="This payment" skeleton={<SkeletonCard lines={10} />}>
        {(data) => (
          <ZoneProvider zone={data.program.timeZone} place={data.program.name}>
            <QueryView query={split} what="The split" skeleton={<SkeletonCard lines={6} />}>
              {(shares) => <Loaded payment={data} split={shares} />}
            </QueryView>
          </ZoneProvider>
        )}
      </QueryView>
    </Page>
  );
}

function Loaded({ payment, split }: { payment: SharedPaymentView; split: SplitView }) {
  const { base } = usePortal();
  const { currency } = payment.captured;
  const yours = sumAmounts(split.legs.map((leg) => leg.amount.amount));
  const first = sumAmounts(split.legs.filter((leg) => leg.refund === 0).map((leg) => leg.amount.amount));
  return (
    <>
      <Crumbs items={[{ label: `${formatAmount(yours, { currency })} ${currency}` }]} />
      <PageHeader
        figure
        eyebrow={`Your share of a payment to ${payment.merchant.name}`}
        title={<Money amount={yours} currency={currency} />}
        aside={<StatusBadge kind="payment" state={payment.state} />}
        meta={
          <>
            <CopyableId id={payment.id} />
            <Dot />
            <span>
              of <Money {...payment.captured} />
            </span>
            <Dot />
            <ExactTime at={payment.occurredAt} format="exact" withOffset />
          </>
        }
        actions={
          <>
            {split.statementId ? (
              <ButtonLink href={`${base}/statements/${split.statementId}`}>See the statement</ButtonLink>
            ) : null}
            {split.payoutId ? (
              <ButtonLink href={`${base}/remittances/${split.payoutId}`}>See the remittance</ButtonLink>
            ) : null}
          </>
        }
      />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1.5fr)_minmax(0,1fr)]">
        {payment.allowance ? (
          <div className="xl:col-span-2">
            <PaidBy
              allowance={payment.allowance}
              paid={payment.captured}
              captured={payment.capturedAt !== null}
            />
          </div>
        ) : null}
        <Card title="How was your share reached?" hint={`${currency}, by step of the agreement`}>
          <PaymentSplit
            split={split}
            amount={payment.captured.amount}
            others={sumAmounts([payment.captured.amount, `-${first}`])}
            currency={currency}
            agreementHref={(id) => `${base}/agreements/${id}`}
          />
        </Card>
        <Card title="Facts" bodyClassName="pt-1">
          <KeyValueList
            items={[
              { label: "Merchant", value: payment.merchant.name },
              { label: "Program", value: payment.program.name },
              { label: "Kind", value: <DeviceKind kind={payment.deviceKind} /> },
              { label: "For", value: purposeWords(payment, kindLook(payment.deviceKind).trade) },
              { label: "Zone", value: payment.zone },
              { label: "Came by", value: sourceWords(payment.source) },
              { label: "Captured", value: <ExactTime at={payment.capturedAt} format="exact" /> },
              { label: "Split", value: <ExactTime at={payment.allocatedAt} format="exact" /> },
            ]}
          />
        </Card>
      </div>
    </>
  );
}
