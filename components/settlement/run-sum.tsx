import { formatCount } from "@/components/money/format-count";
import { Money } from "@/components/money/money";
import { sumAmounts } from "@/components/money/sum-amounts";
import { StatCard, StatGrid } from "@/components/ui/stat-card";
import type { PayoutView, RunView, StatementView } from "@/server/settlement/schema";

interface RunSumProps {
  run: RunView;
  payouts: readonly PayoutView[];
  statements: readonly StatementView[];
}

/** What a run took in and where it went, with signs: the cards add up to what is paid out. */
export function RunSum({ run, payouts, statements }: RunSumProps) {
  const { currency } = run.program;
  // Until the statements are written there is nothing that could add up.
  const part = run.statementCount > 0 ? "part" : undefined;
  const before = sumAmounts([run.carriedIn.amount, run.corrections.amount]);
  const onward = sumAmounts([run.carriedOn.amount, run.cancelled.amount]);
  const carrying = statements.filter((each) => Number(each.closing.amount) !== 0).length;
  const cancelled = payouts.filter((each) => each.state === "cancelled").length;
  const leaving = payouts.length - cancelled;
  const countOf = (count: number, word: string) => `${formatCount(count)} ${word}${count === 1 ? "" : "s"}`;
  return (
    <div data-sum="run" className="contents">
      <StatGrid className="xl:grid-cols-5">
        <StatCard
          label="Gross"
          value={<Money {...run.gross} emphasis="large" sum={part} fact={`${run.id} gross`} />}
          hint={countOf(run.paymentCount, "payment")}
        />
        <StatCard
          label="Refunds"
          value={
            <Money {...run.refunds} emphasis="large" sum={part} fact={`${run.id} refunds`} lossBelowZero />
          }
          hint="taken off the shares they came from"
        />
        <StatCard
          label="Carried in and corrected"
          value={<Money amount={before} currency={currency} emphasis="large" sum={part} sign="always" />}
          hint={
            Number(run.corrections.amount) === 0 ? (
              "nothing corrected"
            ) : (
              <>
                <Money {...run.corrections} sign="always" /> of it corrections
              </>
            )
          }
        />
        <StatCard
          label={cancelled > 0 ? "Carried on or cancelled" : "Carried on"}
          value={<Money amount={onward} currency={currency} emphasis="large" sum={part} />}
          hint={
            carrying + cancelled === 0
              ? "nothing stays behind"
              : [
                  carrying > 0 && countOf(carrying, "statement"),
                  cancelled > 0 && `${countOf(cancelled, "payout")} cancelled`,
                ]
                  .filter(Boolean)
                  .join(", ")
          }
        />
        <StatCard
          label="To be paid out"
          value={<Money {...run.payout} emphasis="large" sum={part && "whole"} fact={`${run.id} payout`} />}
          hint={`${countOf(leaving, "payout")}, ${countOf(run.statementCount, "statement")}`}
        />
      </StatGrid>
    </div>
  );
}
