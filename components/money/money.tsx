import { formatAmount, hasSubMinor, type SignStyle, signOf } from "@/components/money/format-amount";
import { cn } from "@/components/ui/cn";
import { Tooltip } from "@/components/ui/tooltip";

export interface MoneyProps {
  /** Decimal string in major units, as the API gives it. */
  amount: string;
  currency: string;
  /** `always` where what comes and what goes share a column. */
  sign?: SignStyle;
  /** `strong`: the column that counts. `figure`: the one figure of a page. `muted`: zero and side figures. */
  emphasis?: "normal" | "strong" | "muted" | "figure" | "large";
  /** Colours what is below zero as a loss, besides its sign. */
  lossBelowZero?: boolean;
  /** Leaves the code out where the column's head or the card's hint says it. */
  hideCode?: boolean;
  /** The part that it plays in the nearest sum around it (`data-sum`), which a test of the browser adds up. */
  sum?: "part" | "whole" | undefined;
  /** Names the fact, such as a payout's amount: wherever it is shown, the same figure stands. */
  fact?: string | undefined;
  /** Every decimal, instead of on hover. */
  full?: boolean;
  /** With `full`: at least so many decimals, as the finest figure of the column has (`decimalsOf`). */
  decimals?: number | undefined;
  className?: string;
}

const EMPHASIS = {
  normal: "",
  strong: "font-semibold",
  muted: "text-muted",
  figure: "text-3xl font-semibold tracking-[-0.01em]",
  large: "text-[26px] leading-8 font-semibold tracking-[-0.01em]",
};

/** In a card: as large as there is room for, so that millions are smaller and never cut. */
function fitting(text: string): string {
  return `min(26px, ${Math.floor(185 / (text.length + 3))}cqi)`;
}

/** An amount of money. Right-align its column and give the column tabular figures. */
export function Money(props: MoneyProps) {
  const {
    amount,
    currency,
    sign,
    emphasis = "normal",
    lossBelowZero,
    hideCode,
    sum,
    fact,
    full,
    decimals,
    className,
  } = props;
  const text = formatAmount(amount, { currency, sign, full, decimals });
  const exact = formatAmount(amount, { currency, sign, full: true, decimals });
  const big = emphasis === "figure" || emphasis === "large";
  const figure = (
    <span
      data-money=""
      data-sum-part={sum === "part" ? "" : undefined}
      data-sum-whole={sum === "whole" ? "" : undefined}
      data-fact={fact}
      style={emphasis === "large" ? { fontSize: fitting(text) } : undefined}
      className={cn(
        "tabular whitespace-nowrap",
        EMPHASIS[emphasis],
        lossBelowZero && signOf(amount) < 0 && "text-loss",
        className,
      )}
    >
      {text === exact ? (
        text
      ) : (
        <>
          <span aria-hidden>{text}</span>
          <span className="sr-only">{exact}</span>
        </>
      )}
      {hideCode ? (
        <span className="sr-only"> {currency}</span>
      ) : (
        <span
          data-code
          className={cn(
            "ml-1 inline-block font-normal tracking-normal text-muted",
            big ? "ml-1.5 text-[0.55em]" : "text-[0.88em]",
          )}
        >
          {currency}
        </span>
      )}
    </span>
  );
  if (full || text === exact || !hasSubMinor(amount, currency)) return figure;
  return (
    <Tooltip content={<span className="tabular">{`${exact} ${currency}`}</span>}>
      <span className="cursor-help underline decoration-decor decoration-dotted underline-offset-4">
        {figure}
      </span>
    </Tooltip>
  );
}
