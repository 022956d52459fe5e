"use client";

import { useMemo } from "react";
import { usePrograms } from "@/components/frame/programs-context";
import { MerchantPaymentSheet } from "@/components/payments/merchant-payment";
import { paymentFilters } from "@/components/payments/payment-filters";
import { PaymentsPage } from "@/components/payments/payments-page";
import { useMerchantTrpc } from "@/server/trpc/client";

/** Every payment that a merchant's devices asked for. */
export function MerchantPaymentsPage() {
  const { payments } = useMerchantTrpc();
  const { many, options } = usePrograms();
  const filters = useMemo(() => paymentFilters(many ? options : []), [many, options]);
  return (
    <PaymentsPage
      id="payments"
      meta="What your devices asked for, with what became of it"
      none="As soon as one of your devices asks for a payment, it stands here within a second."
      payments={payments}
      exportPortal="m"
      filters={filters}
      narrow={({ program }) => (program?.[0] ? { programId: program[0] } : {})}
      sheet={(id) => <MerchantPaymentSheet id={id} />}
    />
  );
}
