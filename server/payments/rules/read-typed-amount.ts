import { MAX_AMOUNT_MICROS, MICROS_PER_MAJOR } from "@/server/platform/money";

/**
 * The amount that somebody types to find a payment, in micros: as screens show it or as people write it, with a point
 * or a comma, with or without the currency. Null for what is no amount.
 */
export function readAmount(text: string): bigint | null {
  const plain = text
    .trim()
    .replace(/^(?:[A-Za-z]{3}\b|\p{Sc})\s*|\s*(?:\b[A-Za-z]{3}|\p{Sc})$/gu, "")
    .replaceAll(/[\s'\u2019]/g, "");
  const match = /^(?:(\d{1,13})|(\d{1,3}(?:([.,])\d{3}){1,4}(?!\3)|\d{1,13})[.,](\d{1,2}))$/.exec(plain);
  if (!match) return null;
  const whole = (match[1] ?? match[2] ?? "").replaceAll(/[.,]/g, "");
  const micros = BigInt(whole) * MICROS_PER_MAJOR + BigInt((match[4] ?? "").padEnd(6, "0"));
  return micros > 0n && micros <= MAX_AMOUNT_MICROS ? micros : null;
}
