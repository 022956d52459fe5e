/** What people type as an amount or another decimal figure, in the form that the server reads. */

const SPACES = /[\s\u00a0\u2009\u202f'’]/g;

/**
 * "12,5", "1 234.50", "1.234,50" and "1'234.50" as "12.5", "1234.50", "1234.50", "1234.50"; null for what is no decimal
 * figure, and for a lone comma or point before exactly three digits of what could as well be thousands ("1,234").
 */
export function readAmount(text: string): string | null {
  const plain = text.trim().replace(SPACES, "");
  if (/^\d+$/.test(plain)) return plain;
  const last = Math.max(plain.lastIndexOf(","), plain.lastIndexOf("."));
  if (last === -1) return null;
  const mark = plain[last];
  const other = mark === "," ? "." : ",";
  const whole = plain.slice(0, last);
  const fraction = plain.slice(last + 1);
  if (!/^\d+$/.test(fraction)) return null;
  if (whole.includes(mark ?? "")) {
    // The same mark twice can only part thousands.
    return /^\d{1,3}([,.]\d{3})+$/.test(plain) && !plain.includes(other)
      ? plain.replaceAll(/[,.]/g, "")
      : null;
  }
  if (whole.includes(other)) {
    return new RegExp(`^\\d{1,3}(\\${other}\\d{3})+$`).test(whole)
      ? `${whole.replaceAll(other, "")}.${fraction}`
      : null;
  }
  if (mark === "," && fraction.length === 3 && /^[1-9]\d{0,2}$/.test(whole)) return null;
  return /^\d*$/.test(whole) ? `${whole || "0"}.${fraction}` : null;
}

/** Puts the smaller of two figures or days first; an empty one stays where it is. */
export function inOrder(
  first: string,
  second: string,
  compare: (a: string, b: string) => number,
): [string, string] {
  return first !== "" && second !== "" && compare(first, second) > 0 ? [second, first] : [first, second];
}
