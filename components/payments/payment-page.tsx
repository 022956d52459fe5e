"use client";

import type { ReactNode } from "react";
import { Crumbs } from "@/components/frame/crumbs";
import { formatAmount } from "@/components/money/format-amount";
import { Money } from "@/components/money/money";
import { RefundButton, WithPayment } from "@/components/payments/payment-parts";
import { chargedOf } from "@/components/payments/payment-words";
import { ExactTime } from "@/components/time/relative-time";
import { CopyableId } from "@/components/ui/copyable-id";
import { Dot, Page, PageHeader } from "@/components/ui/page-header";
import { StatusBadge } from "@/components/ui/status-badge";
import type { PaymentDetailView } from "@/server/payments/schema";
import type { MerchantTrpc } from "@/server/trpc/client";

interface PaymentPageProps {
  id: string;
  payments: Pick<MerchantTrpc["payments"], "detail" | "refund">;
  withMerchant?: boolean;
  /** Before the refund. */
  actions?: (data: PaymentDetailView) => ReactNode;
  children: (data: PaymentDetailView) => ReactNode;
}

/** One payment as a page. Its figure is what was charged; what was authorised is said where it differs. */
export function PaymentPage({ id, payments, withMerchant, actions, children }: PaymentPageProps) {
  return (
    <Page>
      <WithPayment payments={payments} id={id}>
        {(data) => {
          const { payment } = data;
          const charged = chargedOf(payment);
          return (
            <>
              <Crumbs items={[{ label: `${formatAmount(charged.amount)} ${charged.currency}` }]} />
              <PageHeader
                figure
                title={<Money {...charged} />}
                aside={<StatusBadge kind="payment" state={payment.state} />}
                meta={
                  <>
                    <CopyableId id={payment.id} />
                    {withMerchant ? (
                      <>
                        <Dot />
                        <span>{payment.merchant.name}</span>
                      </>
                    ) : null}
                    <Dot />
                    <ExactTime at={payment.occurredAt} format="exact" withOffset />
                    {charged.amount === payment.amount.amount ? null : (
                      <>
                        <Dot />
                        <span>
                          <Money {...payment.amount} /> were authorised
                        </span>
                      </>
                    )}
                  </>
                }
                actions={
                  <>
                    {actions?.(data)}
                    <RefundButton payments={payments} data={data} />
                  </>
                }
              />
              {children(data)}
            </>
          );
        }}
      </WithPayment>
    </Page>
  );
}
