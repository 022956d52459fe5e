import { signOf } from "@/components/money/format-amount";
import { formatCount } from "@/components/money/format-count";
import { Money } from "@/components/money/money";
import type { PaymentTotals } from "@/server/payments/schema";

/** What the payments of a filtered list add up to, each currency by itself. */
export function PaymentSum({ totals }: { totals: PaymentTotals | undefined }) {
  if (!totals || totals.length === 0) return null;
  return (
    <span className="inline-flex flex-wrap justify-end gap-x-4 gap-y-0.5">
      {totals.map(({ payments, captured, refunded }) => (
        <span key={captured.currency} className="tabular">
          {formatCount(payments)} {payments === 1 ? "payment" : "payments"}, <Money {...captured} /> captured
          {signOf(refunded.amount) === 0 ? null : (
            <>
              , <Money {...refunded} /> of it refunded
            </>
          )}
        </span>
      ))}
    </span>
  );
}
