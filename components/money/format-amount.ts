/** Amounts as people read them. Decimal strings in, text out: nothing here goes through a floating-point number. */

/** Between groups of three digits. A line may break at it, so figures stand in elements that do not wrap. */
export const GROUP_SPACE = "\u2009";
export const MINUS = "\u2212";

/** Digits of the minor unit where it is not two. */
const MINOR_DIGITS: Record<string, number> = {
  BHD: 3,
  CLP: 0,
  ISK: 0,
  JOD: 3,
  JPY: 0,
  KRW: 0,
  KWD: 3,
  OMR: 3,
  TND: 3,
  VND: 0,
};

export function minorDigitsOf(currency: string | undefined): number {
  return currency === undefined ? 2 : (MINOR_DIGITS[currency] ?? 2);
}

/** `"100000"` cents as `"1000.00"`, and so many yen as they are. */
export function fromMinorUnits(units: string, currency: string): string {
  const digits = minorDigitsOf(currency);
  const padded = units.padStart(digits + 1, "0");
  return digits === 0 ? padded : `${padded.slice(0, -digits)}.${padded.slice(-digits)}`;
}

/** The other way; null for what is no amount of this currency. */
export function toMinorUnits(amount: string, currency: string): string | null {
  const digits = minorDigitsOf(currency);
  const parts = parse(amount);
  if (!parts || parts.negative || parts.fraction.length > digits) return null;
  return (parts.whole + parts.fraction.padEnd(digits, "0")).replace(/^0+(?=\d)/, "");
}

export type SignStyle = "auto" | "always" | "never";

interface AmountParts {
  negative: boolean;
  whole: string;
  fraction: string;
}

const DECIMAL = /^([-−+])?(\d+)(?:\.(\d+))?$/;

function parse(amount: string): AmountParts | null {
  const match = DECIMAL.exec(amount.trim());
  if (!match) return null;
  const whole = (match[2] ?? "0").replace(/^0+(?=\d)/, "");
  const fraction = (match[3] ?? "").replace(/0+$/, "");
  const negative = (match[1] === "-" || match[1] === MINUS) && !(whole === "0" && fraction === "");
  return { negative, whole, fraction };
}

export function groupDigits(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, GROUP_SPACE);
}

/** Rounds half away from zero to `decimals`, on digit strings. */
function round({ whole, fraction }: AmountParts, decimals: number): { whole: string; fraction: string } {
  const kept = fraction.slice(0, decimals).padEnd(decimals, "0");
  if ((fraction[decimals] ?? "0") < "5") return { whole, fraction: kept };
  const raised = (BigInt(whole + kept) + 1n).toString().padStart(decimals + 1, "0");
  return decimals === 0
    ? { whole: raised, fraction: "" }
    : { whole: raised.slice(0, -decimals), fraction: raised.slice(-decimals) };
}

function join(negative: boolean, whole: string, fraction: string, sign: SignStyle, zero: boolean): string {
  const mark = negative ? (sign === "never" ? "" : MINUS) : sign === "always" && !zero ? "+" : "";
  return `${mark}${groupDigits(whole)}${fraction === "" ? "" : `.${fraction}`}`;
}

export interface FormatAmountOptions {
  currency?: string;
  /** `always` writes + before what is above zero; zero never has a sign. */
  sign?: SignStyle;
  /** Every decimal there is, instead of the minor unit's. */
  full?: boolean;
  /** With `full`: at least so many, for figures that stand under each other. */
  decimals?: number | undefined;
}

/**
 * `"25199.54"` as `25 199.54` and `"-8.2"` as `−8.20`. Finer parts are rounded to the minor unit unless `full`; an
 * amount that would round to zero and is not zero is given in full. Text that is no decimal number comes back as it is.
 */
export function formatAmount(amount: string, options: FormatAmountOptions = {}): string {
  const { currency, sign = "auto", full = false } = options;
  const parts = parse(amount);
  if (!parts) return amount;
  const decimals = minorDigitsOf(currency);
  const zero = parts.whole === "0" && parts.fraction === "";
  const least = Math.max(decimals, options.decimals ?? 0);
  const exact = { whole: parts.whole, fraction: parts.fraction.padEnd(least, "0") };
  const rounded = round(parts, decimals);
  const vanished = !zero && /^0*$/.test(rounded.whole + rounded.fraction);
  const shown = full || vanished ? exact : rounded;
  return join(parts.negative, shown.whole, shown.fraction, sign, zero);
}

/** Whether an amount is finer than its currency's minor unit. */
export function hasSubMinor(amount: string, currency?: string): boolean {
  return (parse(amount)?.fraction.length ?? 0) > minorDigitsOf(currency);
}

/** How many decimals the finest of these amounts has: with them all, their points stand under each other. */
export function decimalsOf(amounts: Iterable<string>): number {
  let most = 0;
  for (const amount of amounts) most = Math.max(most, parse(amount)?.fraction.length ?? 0);
  return most;
}

export function signOf(amount: string): -1 | 0 | 1 {
  const parts = parse(amount);
  if (!parts || (parts.whole === "0" && parts.fraction === "")) return 0;
  return parts.negative ? -1 : 1;
}

/** Short form for axes and comparisons: `312.4 k`, `1.2 M`. Below a thousand as `formatAmount`. */
export function formatAmountShort(amount: string, options: FormatAmountOptions = {}): string {
  const parts = parse(amount);
  if (!parts) return amount;
  const digits = parts.whole.length;
  if (digits < 4) return formatAmount(amount, options);
  const power = digits >= 10 ? 9 : digits >= 7 ? 6 : 3;
  const scaled = {
    negative: parts.negative,
    whole: parts.whole.slice(0, -power),
    fraction: parts.whole.slice(-power),
  };
  const { whole, fraction } = round(scaled, 1);
  const unit = power === 9 ? "bn" : power === 6 ? "M" : "k";
  return `${join(parts.negative, whole, fraction, options.sign ?? "auto", false)}${GROUP_SPACE}${unit}`;
}
