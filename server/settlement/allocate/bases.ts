/** Running figures outside the engine: decimal strings in major units, as the command line and stored rows hold them. */
import { z } from "zod";
import {
  type Currency,
  formatMicros,
  microsPerMinor,
  minorDigits,
  parseMicros,
} from "@/server/platform/money";
import type { AllocationBases } from "./types";

const amount = z.string().refine(isAmount, 'Must be a non-negative decimal amount such as "9990.00".');

export const basesSchema = z.strictObject({
  program_gross_in_period: amount.optional(),
  taken: z.record(z.string().max(64), amount).optional(),
});

export type BasesJson = z.output<typeof basesSchema>;

function isAmount(text: string): boolean {
  try {
    return parseMicros(text) >= 0n;
  } catch {
    return false;
  }
}

/** What is left out is zero. Answers null when a figure is finer than the currency's minor unit. */
export function parseBases(json: BasesJson, currency: Currency): AllocationBases | null {
  const unit = microsPerMinor(currency);
  const programGrossMicros = parseMicros(json.program_gross_in_period ?? "0");
  const takenMicros = new Map(Object.entries(json.taken ?? {}).map(([id, text]) => [id, parseMicros(text)]));
  const whole = [programGrossMicros, ...takenMicros.values()].every((micros) => micros % unit === 0n);
  return whole ? { programGrossMicros, takenMicros } : null;
}

export function formatBases(bases: AllocationBases, currency: Currency): Required<BasesJson> {
  const format = (micros: bigint) => formatMicros(micros, minorDigits(currency));
  return {
    program_gross_in_period: format(bases.programGrossMicros),
    taken: Object.fromEntries([...bases.takenMicros].map(([id, micros]) => [id, format(micros)])),
  };
}
