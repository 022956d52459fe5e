import { signOf } from "@/components/money/format-amount";
import { formatCount } from "@/components/money/format-count";
import { Money } from "@/components/money/money";
import { Card } from "@/components/ui/card";
import { type SumLine, SumList } from "@/components/ui/sum-list";
import type { StatementView } from "@/server/settlement/schema";

/** From the opening balance to what is carried on: each line with its sign, in the order in which they are reckoned. */
export function StatementSummary({ statement }: { statement: StatementView }) {
  const { currency } = statement.payout;
  const line = (
    id: string,
    label: string,
    money: { amount: string; currency: string },
    count?: number,
    keep = false,
  ): SumLine | null =>
    keep || signOf(money.amount) !== 0
      ? {
          id,
          label,
          count: count === undefined ? undefined : formatCount(count),
          amount: (
            <Money
              {...money}
              hideCode
              sign={id === "allocated" || id === "opening" ? "auto" : "always"}
              lossBelowZero={id === "refunds"}
              emphasis={signOf(money.amount) === 0 ? "muted" : "normal"}
            />
          ),
        }
      : null;
  const lines = [
    line("opening", "Carried from the period before", statement.opening, undefined, true),
    line("allocated", "Your share of payments", statement.allocated, statement.paymentCount, true),
    line("refunds", "Refunds", statement.refunds, statement.refundCount, true),
    line("guarantees", "Guarantees", statement.guarantees),
    line("reserve", "Reserve held or released", statement.reserve),
    line("adjustments", "Adjustments", statement.adjustments),
    line("returned", "Payouts that came back", statement.returned),
    line("closing", "Carried to the next period", negated(statement.closing)),
  ].filter((row): row is SumLine => row !== null);
  return (
    <Card title="How it adds up" hint={`${currency}, after the agreement was applied`} flush>
      <SumList
        lines={lines}
        total={{ label: "Paid out", amount: <Money {...statement.payout} hideCode /> }}
      />
    </Card>
  );
}

function negated(money: { amount: string; currency: string }) {
  if (signOf(money.amount) === 0) return money;
  return {
    ...money,
    amount: money.amount.startsWith("-") ? money.amount.slice(1) : `-${money.amount}`,
  };
}
