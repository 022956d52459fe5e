/** What a usage window becomes when it closes. Pure. */

import { type Currency, microsPerMinor, splitMinor } from "@/server/platform/money";
import { USAGE_WINDOW_MINOR_UNITS } from "../constants";

/**
 * What a closing window becomes: whole minor units of what it gathered and what the window before left over; the
 * rest, below one minor unit, is left for the next. Nothing is rounded away: gathered + carriedIn = payment + carriedOut.
 */
export function splitWindow(
  gatheredMicros: bigint,
  carriedInMicros: bigint,
  currency: Currency,
): { paymentMicros: bigint; carriedOutMicros: bigint } {
  const { whole, rest } = splitMinor(gatheredMicros + carriedInMicros, currency);
  return { paymentMicros: whole, carriedOutMicros: rest };
}

/** The amount at which a window closes before its time. */
export function windowThresholdMicros(currency: Currency): bigint {
  return USAGE_WINDOW_MINOR_UNITS * microsPerMinor(currency);
}
