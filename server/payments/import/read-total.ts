/** Prices of charge detail records: exact totals, and where they contradict themselves. */
import { z } from "zod";
import { addExact, compareExact, type Exact, exactText, parseExact } from "./read-amount";

// Numbers arrive as the text that stood in the file, so that no amount ever becomes a float.
const decimal = z.string().max(60);
export const price = z.union([
  decimal,
  z.looseObject({
    before_taxes: decimal,
    taxes: z.array(z.looseObject({ amount: decimal })).nullish(),
    incl_vat: decimal.nullish(),
  }),
  z.looseObject({ excl_vat: decimal, incl_vat: decimal.nullish() }),
  z.looseObject({ excl_vat: z.null().optional(), incl_vat: decimal }),
]);
type Price = z.infer<typeof price>;

export interface Total {
  value: Exact;
  taxesStated: boolean;
  /** How the totals with and without tax disagree. */
  contradiction: string | null;
}

const ZERO: Exact = { units: 0n, scale: 0 };

export function totalOf(value: Price): Total | null {
  if (typeof value === "string") {
    const plain = parseExact(value);
    return plain && { value: plain, taxesStated: false, contradiction: null };
  }
  const inclusive = optionalExact(value.incl_vat as string | null | undefined);
  if (inclusive === null) return null;
  if ("before_taxes" in value) {
    const before = parseExact(value.before_taxes as string);
    const taxes = ((value.taxes as { amount: string }[] | null) ?? []).map((tax) => parseExact(tax.amount));
    if (!before || taxes.some((tax) => tax === null)) return null;
    const sum = taxes.reduce<Exact>((all, tax) => (tax ? addExact(all, tax) : all), before);
    const other = inclusive && compareExact(inclusive, sum) !== 0;
    return {
      value: sum,
      taxesStated: true,
      contradiction: other
        ? `Without taxes and its taxes are ${exactText(sum)}, the total with tax says ${exactText(inclusive)}.`
        : againstTax(before, sum),
    };
  }
  const exclusive = optionalExact(value.excl_vat as string | null | undefined);
  if (exclusive === null) return null;
  const total = inclusive ?? exclusive;
  if (!total) return null;
  return {
    value: total,
    taxesStated: inclusive !== undefined,
    contradiction: inclusive && exclusive ? againstTax(exclusive, inclusive) : null,
  };
}

/** Undefined where there is none, null where it is no number. */
function optionalExact(text: string | null | undefined): Exact | null | undefined {
  return text === null || text === undefined ? undefined : parseExact(text);
}

/** A tax adds to what it is on: the total with it lies further from zero, on the same side. */
function againstTax(without: Exact, withTax: Exact): string | null {
  const side = compareExact(without, ZERO);
  const agrees =
    compareExact(withTax, ZERO) * side >= 0 &&
    (side === 0 ? compareExact(withTax, ZERO) === 0 : compareExact(withTax, without) * side >= 0);
  if (agrees) return null;
  return `The total with tax is ${exactText(withTax)}, without it ${exactText(without)}.`;
}

export function partsDifference(prices: readonly (Price | null | undefined)[], total: Exact): string | null {
  const parts = prices.filter((part) => part !== null && part !== undefined);
  if (parts.length === 0) return null;
  const sum = parts.reduce((all, part) => addExact(all, totalOf(part)?.value ?? ZERO), ZERO);
  if (compareExact(sum, total) === 0) return null;
  return `The parts add up to ${exactText(sum)}, the total is ${exactText(total)}.`;
}
