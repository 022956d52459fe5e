"use client";

import { useMemo } from "react";
import type { TableFilter } from "@/components/data-table/types";
import { OperatorPaymentSheet } from "@/components/operator/payments/operator-payment";
import { useChoices } from "@/components/operator/use-choices";
import { PAYMENT_FILTERS } from "@/components/payments/payment-filters";
import { PaymentsPage } from "@/components/payments/payments-page";
import { useOperatorTrpc } from "@/server/trpc/client";

/** Every payment on the platform, to be found by whatever is known of it. */
export function OperatorPaymentsPage() {
  const { payments } = useOperatorTrpc();
  const { merchantOptions, programOptions } = useChoices();
  const filters = useMemo<readonly TableFilter[]>(
    () => [
      { id: "merchant", label: "Merchant", kind: "choice", options: merchantOptions },
      ...PAYMENT_FILTERS,
      { id: "program", label: "Program", kind: "choice", options: programOptions },
      {
        id: "flagged",
        label: "Oddities",
        kind: "choice",
        options: [{ value: "yes", label: "With something odd" }],
      },
    ],
    [merchantOptions, programOptions],
  );
  return (
    <PaymentsPage
      id="ops-payments"
      meta="Everything that devices asked for or files brought, newest first"
      none="As soon as an active device asks for a payment, or a file is imported, it stands here."
      payments={payments}
      exportPortal="ops"
      withMerchant
      filters={filters}
      narrow={({ merchant, program, flagged }) => ({
        ...(merchant?.[0] && { merchantId: merchant[0] }),
        ...(program?.[0] && { programId: program[0] }),
        ...(flagged?.[0] && { flagged: true as const }),
      })}
      sheet={(id) => <OperatorPaymentSheet id={id} />}
    />
  );
}
