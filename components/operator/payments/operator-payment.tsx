"use client";

import { useQuery } from "@tanstack/react-query";
import { ShieldAlert } from "lucide-react";
import { usePortal } from "@/components/frame/portal-context";
import { LimitsOf } from "@/components/limits/limits-of";
import { PaymentDetail } from "@/components/payments/payment-detail";
import { PaymentPage } from "@/components/payments/payment-page";
import { WithPayment } from "@/components/payments/payment-parts";
import { ButtonLink } from "@/components/ui/button";
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
    <PaymentPage
      id={id}
      payments={payments}
      withMerchant
      actions={({ payment }) => <CaseLink payment={payment} />}
    >
      {(data) => <Body data={data} layout="page" />}
    </PaymentPage>
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
