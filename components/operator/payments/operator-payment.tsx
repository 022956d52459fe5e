"use client";

import { useQuery } from "@tanstack/react-query";
import { ShieldAlert } from "lucide-react";
import { Crumbs } from "@/components/frame/crumbs";
import { usePortal } from "@/components/frame/portal-context";
import { LimitsOf } from "@/components/limits/limits-of";
import { formatAmount } from "@/components/money/format-amount";
import { Money } from "@/components/money/money";
import { PaymentDetail } from "@/components/payments/payment-detail";
import { RefundButton, WithPayment } from "@/components/payments/payment-parts";
import { ExactTime } from "@/components/time/relative-time";
import { ButtonLink } from "@/components/ui/button";
import { CopyableId } from "@/components/ui/copyable-id";
import { Dot, Page, PageHeader } from "@/components/ui/page-header";
import { StatusBadge } from "@/components/ui/status-badge";
import type { PaymentDetailView } from "@/server/payments/schema";
import { useOperatorTrpc } from "@/server/trpc/client";

/** One payment in the side sheet. */
export function OperatorPaymentSheet({ id }: { id: string }) {
  const { payments } = useOperatorTrpc();
  return (
    <WithPayment payments={payments} id={id}>
      {(data) => (
        <>
          <div className="mb-4 flex flex-wrap justify-end gap-2 empty:hidden">
            <CaseLink payment={data.payment} />
            <RefundButton payments={payments} data={data} />
          </div>
          <Body data={data} layout="sheet" />
        </>
      )}
    </WithPayment>
  );
}

/** One payment as a page. */
export function OperatorPaymentPage({ id }: { id: string }) {
  const { payments } = useOperatorTrpc();
  return (
    <Page>
      <WithPayment payments={payments} id={id}>
        {(data) => (
          <>
            <Crumbs
              items={[
                { label: `${formatAmount(data.payment.amount.amount)} ${data.payment.amount.currency}` },
              ]}
            />
            <PageHeader
              figure
              title={<Money {...data.payment.amount} />}
              aside={<StatusBadge kind="payment" state={data.payment.state} />}
              meta={
                <>
                  <CopyableId id={data.payment.id} />
                  <Dot />
                  <span>{data.payment.merchant.name}</span>
                  <Dot />
                  <ExactTime at={data.payment.occurredAt} format="exact" withOffset />
                </>
              }
              actions={
                <>
                  <CaseLink payment={data.payment} />
                  <RefundButton payments={payments} data={data} />
                </>
              }
            />
            <Body data={data} layout="page" />
          </>
        )}
      </WithPayment>
    </Page>
  );
}

function Body({ data, layout }: { data: PaymentDetailView; layout: "page" | "sheet" }) {
  const trpc = useOperatorTrpc();
  const { base, can } = usePortal();
  const split = useQuery(trpc.settlement.paymentSplit.queryOptions({ paymentId: data.payment.id }));
  return (
    <PaymentDetail
      data={data}
      split={split.error ? null : split.data}
      payments={trpc.payments}
      layout={layout}
      extra={
        <LimitsOf
          of={{ paymentId: data.payment.id }}
          programId={data.payment.program.id}
          title="Which limits bind it now?"
          level={layout === "page" ? 2 : 3}
        />
      }
      links={{
        device: (id) => `${base}/devices/${id}`,
        ...(can("organisations.read") && { merchant: (id: string) => `${base}/organisations/${id}` }),
        ...(can("agreements.read") && { agreement: (id: string) => `${base}/agreements/${id}` }),
        ...(can("statements.read") && { statement: (id: string) => `${base}/settlement/statements/${id}` }),
        ...(can("payouts.read") && { payout: (id: string) => `${base}/settlement/payouts/${id}` }),
        ...(can("runs.read") && { run: (id: string) => `${base}/settlement/${id}` }),
      }}
    />
  );
}

/** Where a scored payment was looked at, or waits to be. */
function CaseLink({ payment }: { payment: PaymentDetailView["payment"] }) {
  const trpc = useOperatorTrpc();
  const { base, can } = usePortal();
  const found = useQuery(
    trpc.cases.ofPayment.queryOptions(
      { paymentId: payment.id },
      { enabled: can("cases.read") && payment.riskScore !== null },
    ),
  );
  if (!found.data?.caseId) return null;
  const waits = payment.state === "in_review";
  return (
    <ButtonLink
      href={`${base}/review?case=${found.data.caseId}`}
      icon={<ShieldAlert />}
      variant={waits ? "primary" : "secondary"}
    >
      {waits ? "Review it" : "Its case"}
    </ButtonLink>
  );
}
