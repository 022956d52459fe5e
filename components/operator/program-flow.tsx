import { MoneyFlow } from "@/components/charts/money-flow";
import type { OperatorOverview } from "@/server/reporting/schema";

interface ProgramFlowProps {
  flow: OperatorOverview["flow"];
  currency: string;
  program: string;
}

/** Money of the last seven days from the merchants who took it to the parties who were given it. */
export function ProgramFlow({ flow, currency, program }: ProgramFlowProps) {
  return (
    <MoneyFlow
      title="Where did this week's money go?"
      hint="Taken in the last 7 days and split"
      currency={currency}
      flows={flow.map(({ from, fromName, to, toName, amount, refunded }) => ({
        from: { slug: from, name: fromName },
        to: { slug: to, name: toName },
        amount,
        refunded,
      }))}
      fileName={`flow-${program}`}
      empty="Nothing was split in the last seven days. Captured payments are split within seconds."
    />
  );
}
