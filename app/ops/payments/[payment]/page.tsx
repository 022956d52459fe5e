import { OperatorPaymentPage } from "@/components/operator/payments/operator-payment";
import { consoleApi } from "@/server/trpc/prefetch";

export const metadata = { title: "Payment" };

export default async function PaymentPage({ params }: { params: Promise<{ payment: string }> }) {
  const { payment } = await params;
  const { trpc, prefetch, Hydrate } = await consoleApi();
  await prefetch(
    trpc.payments.detail.queryOptions({ paymentId: payment }),
    trpc.settlement.paymentSplit.queryOptions({ paymentId: payment }),
  );
  return (
    <Hydrate>
      <OperatorPaymentPage id={payment} />
    </Hydrate>
  );
}
