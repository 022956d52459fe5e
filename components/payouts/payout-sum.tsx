import { formatCount } from "@/components/money/format-count";
import { Money } from "@/components/money/money";
import type { PayoutTotals } from "@/server/settlement/schema";

interface PayoutSumProps {
  totals: PayoutTotals | undefined;
  /** What the portal calls one. */
  word: string;
}

/** What the payouts of a list add up to, each currency by itself. */
export function PayoutSum({ totals, word }: PayoutSumProps) {
  if (!totals || totals.length === 0) return null;
  return (
    <span className="inline-flex flex-wrap justify-end gap-x-4 gap-y-0.5">
      {totals.map(({ payouts, amount }) => (
        <span key={amount.currency} className="tabular">
          {formatCount(payouts)} {payouts === 1 ? word : `${word}s`}, <Money {...amount} />
        </span>
      ))}
    </span>
  );
}
