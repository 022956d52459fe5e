import { BarChart } from "@/components/charts/bar-chart";
import { formatCount } from "@/components/money/format-count";
import type { OperatorOverview } from "@/server/reporting/schema";

/** The pulse of the program: how many payments were asked for in each of the last 30 minutes. */
export function PaymentsPerMinute({ minutes }: { minutes: OperatorOverview["lastMinutes"] }) {
  // The minute that runs has not had its time yet, so it does not count towards the mean.
  const whole = minutes.slice(0, -1);
  const total = whole.reduce((sum, { payments }) => sum + payments, 0);
  const mean = whole.length === 0 ? 0 : Math.round((total / whole.length) * 10) / 10;
  return (
    <BarChart
      title="How busy is it now?"
      hint={`payments per minute, last 30 minutes; ${formatCount(mean)} on average`}
      xKind="hour"
      partialX={minutes.at(-1)?.at}
      height={132}
      value={{ kind: "count", unit: "payments" }}
      points={minutes.map(({ at, payments }) => ({ x: at, values: { payments } }))}
      series={[{ key: "payments", label: "Payments", colour: 1 }]}
      fileName="payments-per-minute"
    />
  );
}
