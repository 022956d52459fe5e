"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Undo2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { usePortal } from "@/components/frame/portal-context";
import { formatAmount } from "@/components/money/format-amount";
import { Money } from "@/components/money/money";
import { chargedOf } from "@/components/payments/payment-words";
import { RefundDialog } from "@/components/payments/refund-dialog";
import { QueryView } from "@/components/query/query-view";
import { ZoneProvider } from "@/components/time/zone-context";
import { Button } from "@/components/ui/button";
import { SkeletonCard } from "@/components/ui/skeleton";
import { showToast } from "@/components/ui/toast";
import type { PaymentDetailView } from "@/server/payments/schema";
import type { MerchantTrpc } from "@/server/trpc/client";

type PaymentCalls = MerchantTrpc["payments"];

interface WithPaymentProps {
  payments: Pick<PaymentCalls, "detail">;
  id: string;
  children: (data: PaymentDetailView) => ReactNode;
}

/** Waits for a payment and speaks its program's time. */
export function WithPayment({ payments, id, children }: WithPaymentProps) {
  const payment = useQuery(payments.detail.queryOptions({ paymentId: id }));
  return (
    <QueryView query={payment} what="This payment" skeleton={<PaymentSkeleton />}>
      {(data) => (
        <ZoneProvider zone={data.payment.program.timeZone} place={data.payment.program.name}>
          {children(data)}
        </ZoneProvider>
      )}
    </QueryView>
  );
}

/** Only where there is something left to give back, and only for people who may. */
export function RefundButton({
  payments,
  data,
}: {
  payments: Pick<PaymentCalls, "refund">;
  data: PaymentDetailView;
}) {
  const { payment, refundable: left } = data;
  const { can } = usePortal();
  const queryClient = useQueryClient();
  const [open, setOpen] = useState(false);
  const refund = useMutation(payments.refund.mutationOptions());
  const { currency } = payment.amount;
  if (!can("payments.refund") || !(Number(left.amount) > 0)) return null;
  return (
    <>
      <Button icon={<Undo2 />} onClick={() => setOpen(true)}>
        Refund…
      </Button>
      <RefundDialog
        payment={payment}
        left={left}
        open={open}
        onOpenChange={setOpen}
        onRefund={async (request) => {
          await refund.mutateAsync(request);
          await queryClient.invalidateQueries();
          showToast({
            title: `Refunded ${formatAmount(request.amount, { currency })} ${currency}`,
            tone: "arrived",
          });
          return undefined;
        }}
      />
    </>
  );
}

function PaymentSkeleton() {
  return (
    <div className="grid gap-4">
      <SkeletonCard lines={5} />
      <SkeletonCard lines={4} />
      <SkeletonCard lines={8} />
    </div>
  );
}

/** The amount for the head of a side sheet whose row is not in the loaded pages of its list. */
export function PaymentTitle({ payments, id }: { payments: Pick<PaymentCalls, "detail">; id: string }) {
  const { data } = useQuery(payments.detail.queryOptions({ paymentId: id }));
  return data ? <Money {...chargedOf(data.payment)} emphasis="large" /> : <>Payment</>;
}

/** The refund button for the head of a side sheet; it waits for the detail that the sheet loads anyway. */
export function RefundAction({
  payments,
  id,
}: {
  payments: Pick<PaymentCalls, "detail" | "refund">;
  id: string;
}) {
  const { data } = useQuery(payments.detail.queryOptions({ paymentId: id }));
  return data ? <RefundButton payments={payments} data={data} /> : null;
}
