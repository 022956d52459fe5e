import { seriesColour } from "@/components/charts/party-colour";
import { formatAmount, formatAmountShort, signOf } from "@/components/money/format-amount";
import { sumAmounts } from "@/components/money/sum-amounts";
import { cn } from "@/components/ui/cn";

export interface ComparisonRow {
  id: string;
  label: string;
  before: string;
  after: string;
  /** 1 to 6. */
  colour?: number;
}

interface ComparisonBarsProps {
  rows: readonly ComparisonRow[];
  currency: string;
  /** The sum, with the change. */
  total?: { label: string; before: string; after: string };
  className?: string;
}

/** Below this every figure is short enough to be written in full. */
const SHORT_FROM = 100_000;

const writerFor = (...amounts: string[]) =>
  amounts.every((amount) => Math.abs(Number(amount)) < SHORT_FROM) ? formatAmount : formatAmountShort;
const smaller = ({ before, after }: ComparisonRow) =>
  Math.abs(Number(before)) < Math.abs(Number(after)) ? before : after;
const minus = (amount: string) => (amount.startsWith("-") ? amount.slice(1) : `-${amount}`);

/** Old against new in money: the bar is what it becomes, the pale part what it was. */
export function ComparisonBars({ rows, currency, total, className }: ComparisonBarsProps) {
  const largest = Math.max(
    1,
    ...rows.flatMap((row) => [Math.abs(Number(row.before)), Math.abs(Number(row.after))]),
  );
  const width = (amount: string) => `${Math.max(0.8, (Math.abs(Number(amount)) / largest) * 100)}%`;
  return (
    <div className={className}>
      <ul className="grid grid-cols-1 gap-3">
        {rows.map((row) => (
          <li key={row.id}>
            <div className="flex items-baseline justify-between gap-4 text-sm">
              <span title={row.label} className="min-w-0 truncate">
                {row.label}
              </span>
              <Figures before={row.before} after={row.after} currency={currency} />
            </div>
            <div aria-hidden className="relative mt-1.5 h-1.5 overflow-hidden rounded-full bg-neutral-soft">
              {/* What is lost stays grey beyond the new end; what is won is a paler part of the new bar. */}
              <span
                className="absolute inset-y-0 left-0 rounded-full bg-decor"
                style={{ width: width(row.before) }}
              />
              <span
                className="absolute inset-y-0 left-0 rounded-full bg-panel"
                style={{ width: width(row.after) }}
              >
                <span
                  className="absolute inset-0 rounded-full opacity-50"
                  style={{ background: seriesColour(row.colour ?? 1) }}
                />
              </span>
              <span
                className="absolute inset-y-0 left-0 rounded-full"
                style={{ width: width(smaller(row)), background: seriesColour(row.colour ?? 1) }}
              />
            </div>
          </li>
        ))}
      </ul>
      {total ? (
        <div className="mt-3 flex items-baseline justify-between gap-4 border-t border-line-soft pt-3 text-sm font-semibold">
          <span>{total.label}</span>
          <span className="flex items-baseline gap-2">
            <Figures before={total.before} after={total.after} currency={currency} />
            <Change amount={sumAmounts([total.after, minus(total.before)])} currency={currency} />
          </span>
        </div>
      ) : null}
    </div>
  );
}

function Figures({ before, after, currency }: { before: string; after: string; currency: string }) {
  const write = writerFor(before, after);
  const exact = `${formatAmount(before, { currency })} to ${formatAmount(after, { currency })} ${currency}`;
  return (
    <span title={exact} className="tabular shrink-0 whitespace-nowrap">
      <span className="sr-only">{exact}</span>
      <span aria-hidden>
        {write(before, { currency })} <span className="font-normal text-muted">→</span>{" "}
        {write(after, { currency })}
      </span>
    </span>
  );
}

function Change({ amount, currency }: { amount: string; currency: string }) {
  const sign = signOf(amount);
  return (
    <span
      title={`${formatAmount(amount, { currency, sign: "always" })} ${currency}`}
      className={cn("tabular whitespace-nowrap", sign > 0 && "text-arrived", sign < 0 && "text-loss")}
    >
      {writerFor(amount)(amount, { currency, sign: "always" })}
    </span>
  );
}
