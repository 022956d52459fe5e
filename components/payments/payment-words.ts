/** How payments are put into words, alike in lists, details and files. */
import { GROUP_SPACE } from "@/components/money/format-amount";
import { DECLINE_REASONS, isDeclineReason } from "@/server/payments/constants";

const UNITS: Record<string, string> = {
  kwh: "kWh",
  minutes: "min",
  hours: "h",
  km: "km",
  trips: "trips",
  records: "records",
  litres: "l",
};

/** "kwh" as "kWh". */
export function unitWords(unit: string): string {
  return UNITS[unit] ?? unit.replaceAll("_", " ");
}

/** `{"kwh":"22.4"}` as "22.4 kWh". */
export function quantityWords(quantity: Record<string, string> | null): string {
  return Object.entries(quantity ?? {})
    .map(
      ([unit, value]) =>
        `${value}${GROUP_SPACE}${value === "1" ? unitWords(unit).replace(/s$/, "") : unitWords(unit)}`,
    )
    .join(", ");
}

/** "12 of 20 kWh", or "20 kWh" when the allowance covers all of it. */
export function coveredWords(part: { unit: string; quantity: string; of: string | null }): string {
  const quantity =
    part.of === null || part.of === part.quantity ? part.quantity : `${part.quantity} of ${part.of}`;
  return `${quantity}${GROUP_SPACE}${unitWords(part.unit)}`;
}

/** The sentence of a decline's code. */
export function reasonWords(reason: string | null): string | undefined {
  if (reason === null) return undefined;
  return isDeclineReason(reason) ? DECLINE_REASONS[reason] : reason;
}

const SOURCES: Record<string, string> = {
  device: "Device",
  usage: "Metered usage",
  import: "Import",
};

export function sourceWords(source: string): string {
  return SOURCES[source] ?? source;
}

/** What was paid for: the description, or the quantity, or what the device is. */
export function purposeWords(
  payment: { description: string | null; quantity: Record<string, string> | null; source: string },
  fallback: string,
): string {
  const quantity = quantityWords(payment.quantity);
  // A window of metered usage says in its description already how many records it gathered.
  if (payment.source === "usage" && payment.description) return payment.description;
  if (payment.description && quantity) return `${payment.description}, ${quantity}`;
  return payment.description ?? (quantity || (payment.source === "usage" ? "Metered usage" : fallback));
}

/** Sub-units of a step id as people read it: "bay-fee" as "Bay fee". */
export function stepWords(step: string): string {
  const words = step.replace(/[-_]+/g, " ");
  const known: Record<string, string> = { vat: "VAT", merchant: "Merchant's share" };
  return known[words] ?? words.charAt(0).toUpperCase() + words.slice(1);
}

interface Charged {
  amount: { amount: string; currency: string };
  captured: { amount: string; currency: string };
}

/** The amount that counts: what was captured, or what was asked for while nothing is. */
export function chargedOf({ amount, captured }: Charged): { amount: string; currency: string } {
  return /^[0.]*$/.test(captured.amount) ? amount : captured;
}
