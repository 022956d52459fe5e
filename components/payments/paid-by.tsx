import { Money } from "@/components/money/money";
import type { AllowancePart, MoneyText } from "@/components/payments/payment-types";
import { coveredWords } from "@/components/payments/payment-words";
import { Card } from "@/components/ui/card";
import { SumList } from "@/components/ui/sum-list";

interface PaidByProps {
  allowance: AllowancePart;
  /** The money that was left to pay. */
  paid: MoneyText;
  captured: boolean;
  level?: 2 | 3;
}

/** The price of a payment, what an allowance covered of it, and what was left for money. */
export function PaidBy({ allowance, paid, captured, level = 2 }: PaidByProps) {
  const { price, covered } = allowance;
  return (
    <Card title="How was it paid?" hint={price.currency} level={level} flush>
      <SumList
        className="border-t border-line-soft"
        lines={[
          { id: "price", label: "Price", amount: <Money {...price} hideCode /> },
          {
            id: "covered",
            label: "Covered by the allowance",
            count: coveredWords(allowance),
            amount: <Money amount={`-${covered.amount}`} currency={covered.currency} hideCode />,
          },
        ]}
        total={{ label: captured ? "Paid in money" : "Held in money", amount: <Money {...paid} hideCode /> }}
      />
    </Card>
  );
}
