/** Amounts as pages show them, back to whole millionths: "1 018.91 EUR" and "−7.28 EUR". */

const AMOUNT = /([−-]?)(\d[\d\u2009 ]*)\.(\d{2,6})\s*([A-Z]{3})?/u;

/** The first amount in a text, in micros. */
export function microsIn(text: string): bigint {
  const found = AMOUNT.exec(text);
  if (!found) throw new Error(`There is no amount in "${text}".`);
  const [, sign, whole = "", fraction = ""] = found;
  const micros = BigInt(whole.replace(/\D/g, "") + fraction.padEnd(6, "0"));
  return sign ? -micros : micros;
}

/** The amount at the end of a text, for rows that begin with other figures. */
export function lastMicrosIn(text: string): bigint {
  const found = text.match(/[−-]?\d[\d\u2009 ]*\.\d{2,6}(?=\s*(?:[A-Z]{3})?\s*$)/u);
  if (!found) throw new Error(`"${text}" does not end with an amount.`);
  return microsIn(found[0]);
}

/** "2.75" as the API writes it. */
export function microsOf(decimal: string): bigint {
  const [whole = "", fraction = ""] = decimal.replace(/^-/, "").split(".");
  const micros = BigInt(whole + fraction.padEnd(6, "0"));
  return decimal.startsWith("-") ? -micros : micros;
}

export const sumOf = (amounts: readonly bigint[]): bigint => amounts.reduce((sum, each) => sum + each, 0n);

/** Micros with two decimals, for input fields and bodies. */
export function decimalOf(micros: bigint): string {
  const cents = micros / 10_000n;
  return `${cents / 100n}.${(cents % 100n).toString().padStart(2, "0")}`;
}
