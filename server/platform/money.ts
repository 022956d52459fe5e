/**
 * Money as exact integers. Inside: `bigint` micros (millionths of the major unit). Outside: decimal strings in
 * major units with an ISO 4217 code. No function here accepts or returns a floating-point amount.
 */
export const MICROS_PER_MAJOR = 1_000_000n;

/** Digits of the minor unit by ISO 4217 (list one, 2026); only currencies named here can be used. */
const MINOR_DIGITS = {
  AED: 2,
  AUD: 2,
  BHD: 3,
  BRL: 2,
  CAD: 2,
  CHF: 2,
  CLP: 0,
  CNY: 2,
  CZK: 2,
  DKK: 2,
  EUR: 2,
  GBP: 2,
  HKD: 2,
  HUF: 2,
  IDR: 2,
  ILS: 2,
  INR: 2,
  ISK: 0,
  JOD: 3,
  JPY: 0,
  KRW: 0,
  KWD: 3,
  MXN: 2,
  MYR: 2,
  NOK: 2,
  NZD: 2,
  OMR: 3,
  PLN: 2,
  QAR: 2,
  RON: 2,
  SAR: 2,
  SEK: 2,
  SGD: 2,
  THB: 2,
  TND: 3,
  TRY: 2,
  TWD: 2,
  USD: 2,
  VND: 0,
  ZAR: 2,
} as const;

export type Currency = keyof typeof MINOR_DIGITS;
export const CURRENCIES = Object.keys(MINOR_DIGITS) as [Currency, ...Currency[]];

export interface Money {
  micros: bigint;
  currency: Currency;
}

export class MoneyError extends Error {
  constructor(
    readonly code: "amount_malformed" | "amount_too_precise" | "amount_out_of_range" | "currency_unknown",
    message: string,
  ) {
    super(message);
  }
}

/** Largest amount that is accepted from outside: one billion major units, far below BIGINT's range. */
export const MAX_AMOUNT_MICROS = 1_000_000_000n * MICROS_PER_MAJOR;

export function isCurrency(code: string): code is Currency {
  return Object.hasOwn(MINOR_DIGITS, code);
}

export function minorDigits(currency: Currency): number {
  return MINOR_DIGITS[currency];
}

/** Micros in one minor unit: 10 000 for EUR, 1 000 000 for JPY, 1 000 for KWD. */
export function microsPerMinor(currency: Currency): bigint {
  return 10n ** BigInt(6 - MINOR_DIGITS[currency]);
}

const DECIMAL = /^(-)?(\d{1,13})(?:\.(\d{1,30}))?$/;

/**
 * Decimal string in major units to micros. Throws `MoneyError`: `amount_malformed` (exponents, spaces, signs other
 * than a leading minus), `amount_too_precise` (more than six decimals that are not zero), `amount_out_of_range`.
 */
export function parseMicros(text: string): bigint {
  const match = DECIMAL.exec(text);
  if (!match)
    throw new MoneyError(
      "amount_malformed",
      `"${text.slice(0, 40)}" is not a decimal amount such as "2.75".`,
    );
  const fraction = match[3] ?? "";
  if (/[1-9]/.test(fraction.slice(6))) {
    throw new MoneyError("amount_too_precise", `"${text.slice(0, 40)}" has more than six decimals.`);
  }
  const magnitude = BigInt(match[2] ?? "0") * MICROS_PER_MAJOR + BigInt(fraction.slice(0, 6).padEnd(6, "0"));
  if (magnitude > MAX_AMOUNT_MICROS) {
    throw new MoneyError(
      "amount_out_of_range",
      `"${text.slice(0, 40)}" is above ${formatMicros(MAX_AMOUNT_MICROS, 0)}.`,
    );
  }
  return match[1] ? -magnitude : magnitude;
}

/** As `parseMicros`, and refuses anything finer than the currency's minor unit with `amount_too_precise`. */
export function parseMinorMicros(text: string, currency: Currency): bigint {
  const micros = parseMicros(text);
  if (micros % microsPerMinor(currency) !== 0n) {
    throw new MoneyError("amount_too_precise", `"${text}" is finer than the minor unit of ${currency}.`);
  }
  return micros;
}

/** Micros to a decimal string, with at least `minDecimals` decimals and no rounding: finer parts are shown in full. */
export function formatMicros(micros: bigint, minDecimals = 2): string {
  const sign = micros < 0n ? "-" : "";
  const magnitude = micros < 0n ? -micros : micros;
  const whole = magnitude / MICROS_PER_MAJOR;
  const fraction = (magnitude % MICROS_PER_MAJOR).toString().padStart(6, "0");
  const trimmed = fraction.replace(/0+$/, "").padEnd(minDecimals, "0");
  return trimmed === "" ? `${sign}${whole}` : `${sign}${whole}.${trimmed}`;
}

/** The form in which money leaves the system: `{"amount":"2.75","currency":"EUR"}`. */
export function toMoneyJson(micros: bigint, currency: Currency): { amount: string; currency: Currency } {
  return { amount: formatMicros(micros, minorDigits(currency)), currency };
}

/** Floor to whole minor units; what is left is non-negative and smaller than one minor unit. */
export function splitMinor(micros: bigint, currency: Currency): { whole: bigint; rest: bigint } {
  const unit = microsPerMinor(currency);
  const rest = ((micros % unit) + unit) % unit;
  return { whole: micros - rest, rest };
}
