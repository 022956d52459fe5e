/** What people call one unit of a currency, for questions such as "Where did each euro go?". */
const UNITS: Record<string, string> = {
  EUR: "euro",
  USD: "dollar",
  GBP: "pound",
  NOK: "krone",
  SEK: "krona",
  DKK: "krone",
  CHF: "franc",
  JPY: "yen",
};

export function currencyUnit(currency: string): string {
  return UNITS[currency] ?? currency;
}
