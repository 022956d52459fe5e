/**
 * Amounts as files write them, exactly: decimals of any length, exponents, signs, thousands, decimal commas. Nothing
 * here becomes a float; rounding is one function with one rule.
 */
import { type Currency, MAX_AMOUNT_MICROS, microsPerMinor } from "@/server/platform/money";

/** `units` / 10^`scale`. */
export interface Exact {
  units: bigint;
  scale: number;
}

const MOST_DIGITS = 60;
const MOST_EXPONENT = 40;

/** The grammar of JSON's numbers, with a leading plus and zeros allowed; null when it is none or absurdly long. */
export function parseExact(text: string): Exact | null {
  const match = /^([+-])?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,4}))?$/.exec(text);
  if (!match || text.length > MOST_DIGITS) return null;
  const fraction = match[3] ?? "";
  const exponent = Number(match[4] ?? "0");
  if (Math.abs(exponent) > MOST_EXPONENT) return null;
  const magnitude = BigInt(`${match[2]}${fraction}`);
  const units = match[1] === "-" ? -magnitude : magnitude;
  const scale = fraction.length - exponent;
  return scale >= 0 ? { units, scale } : { units: units * 10n ** BigInt(-scale), scale: 0 };
}

export function addExact(a: Exact, b: Exact): Exact {
  const scale = Math.max(a.scale, b.scale);
  return { units: unitsAt(a, scale) + unitsAt(b, scale), scale };
}

/** Below, equal to or above zero as `a` is to `b`. */
export function compareExact(a: Exact, b: Exact): number {
  const scale = Math.max(a.scale, b.scale);
  const difference = unitsAt(a, scale) - unitsAt(b, scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

function unitsAt({ units, scale }: Exact, wanted: number): bigint {
  return units * 10n ** BigInt(wanted - scale);
}

/** In full, without an exponent and without zeros that say nothing: `30.240000000000002`, `100`. */
export function exactText({ units, scale }: Exact): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, "0");
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, "");
  const whole = digits.slice(0, digits.length - scale);
  return `${units < 0n ? "-" : ""}${whole}${fraction && `.${fraction}`}`;
}

/**
 * To whole minor units of the currency, halves to the even one (IEEE 754 `roundTiesToEven`, as banks round), in one
 * step from the exact value. Null when it lies beyond a billion.
 */
export function roundToMinor(
  { units, scale }: Exact,
  currency: Currency,
): { micros: bigint; rounded: boolean } | null {
  const unit = microsPerMinor(currency);
  const numerator = (units < 0n ? -units : units) * 1_000_000n;
  const denominator = unit * 10n ** BigInt(scale);
  const floor = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  const up = twice > denominator || (twice === denominator && floor % 2n === 1n);
  const micros = (up ? floor + 1n : floor) * unit;
  if (micros > MAX_AMOUNT_MICROS) return null;
  return { micros: units < 0n ? -micros : micros, rounded: twice !== 0n };
}

export const DECIMAL_SIGNS = ["auto", "point", "comma"] as const;
export type DecimalSign = (typeof DECIMAL_SIGNS)[number];

export type WrittenAmount =
  | { ok: true; text: string; symbol: string | null }
  | { ok: false; why: "malformed" | "ambiguous" };

/**
 * An amount of a table as people and cash systems write it: `$1,002.50`, `2,50`, `1.250,00 €`, `(3.73)`, `1'250.00`.
 * Gives it as a plain decimal, with the currency sign that stood by it. With `auto`, one separator before exactly three
 * digits says too little unless the columns are parted by commas, as English-speaking programs do: then a comma parts
 * thousands.
 */
export function readWrittenAmount(
  written: string,
  decimal: DecimalSign,
  partedByCommas: boolean,
): WrittenAmount {
  let text = written
    .normalize("NFKC")
    .replace(/[\s'’]/g, "")
    .replace(/[−–]/g, "-");
  const symbol = /\p{Sc}/u.exec(text)?.[0] ?? null;
  text = text.replace(/\p{Sc}/u, "");
  const bracketed = /^\((.+)\)$/.exec(text);
  if (bracketed) text = `-${bracketed[1]}`;
  else if (/^[^-]+-$/.test(text)) text = `-${text.slice(0, -1)}`;
  const match = /^([+-])?([\d.,]+?)([eE][+-]?\d+)?$/.exec(text);
  if (!match) return { ok: false, why: "malformed" };
  const digits = plainDigits(match[2] ?? "", decimal, partedByCommas);
  if (typeof digits !== "string") return { ok: false, why: digits.why };
  return { ok: true, text: `${match[1] === "-" ? "-" : ""}${digits}${match[3] ?? ""}`, symbol };
}

function plainDigits(
  text: string,
  decimal: DecimalSign,
  partedByCommas: boolean,
): string | { why: "malformed" | "ambiguous" } {
  const point = decimal === "auto" ? guessDecimal(text, partedByCommas) : decimal;
  if (point === "ambiguous") return { why: "ambiguous" };
  const [thousands, sign] = point === "comma" ? ["\\.", ","] : [",", "\\."];
  const grouped = new RegExp(`^\\d{1,3}(${thousands}\\d{3})+(${sign}\\d+)?$`);
  const plain = new RegExp(`^(\\d+(${sign}\\d*)?|${sign}\\d+)$`);
  if (!grouped.test(text) && !plain.test(text)) return { why: "malformed" };
  const parts = text.replace(new RegExp(thousands, "g"), "").split(point === "comma" ? "," : ".");
  return parts[1] ? `${parts[0] || "0"}.${parts[1]}` : (parts[0] ?? "");
}

function guessDecimal(text: string, partedByCommas: boolean): "point" | "comma" | "ambiguous" {
  const [comma, dot] = [text.lastIndexOf(","), text.lastIndexOf(".")];
  if (comma >= 0 && dot >= 0) return comma > dot ? "comma" : "point";
  if (comma < 0 && dot < 0) return "point";
  const sign = comma >= 0 ? "," : ".";
  const isGroup = new RegExp(`^\\d{1,3}(\\${sign}\\d{3})+$`).test(text);
  if (text.split(sign).length > 2) return sign === "," ? "point" : "comma";
  if (!isGroup) return sign === "," ? "comma" : "point";
  return partedByCommas ? "point" : "ambiguous";
}

const SYMBOLS: Record<string, readonly string[]> = {
  "€": ["EUR"],
  "£": ["GBP"],
  "¥": ["JPY", "CNY"],
  "₩": ["KRW"],
  "₹": ["INR"],
  "₺": ["TRY"],
  "₪": ["ILS"],
  "฿": ["THB"],
  "₫": ["VND"],
  $: ["USD", "AUD", "CAD", "NZD", "HKD", "SGD", "TWD", "MXN", "CLP", "BRL"],
};

/** Whether an amount with this sign can be of the currency; of signs that are not known, any can. */
export function symbolFits(symbol: string, currency: Currency): boolean {
  return SYMBOLS[symbol]?.includes(currency) ?? true;
}
