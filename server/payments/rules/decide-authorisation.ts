/** Whether a payment is authorised, reviewed or declined. Pure: no clock, no database, no randomness. */

import type { DeviceKind } from "@/server/devices/constants";
import { screen } from "@/server/fraud/rules";
import { MICROS_PER_MAJOR, microsPerMinor } from "@/server/platform/money";
import {
  CLOCK_TOLERANCE_MINUTES,
  DEFAULT_MAX_MAJOR,
  DEVICE_KIND_WORDS,
  type DeclineReason,
  type InstrumentKind,
  OLDEST_TAP_DAYS,
} from "../constants";
import type {
  AllowanceFacts,
  AllowanceUse,
  AuthorisationFacts,
  AuthoriseRequest,
  Decision,
  InstrumentFacts,
  LimitFacts,
} from "../types";
import { findReachedLimit } from "./apply-limits";
import { coverByAllowance, parseQuantityMicros } from "./cover-by-allowance";

/** Whether a device's statement of when something happened can be taken. */
export function isTapTimeAcceptable(occurredAt: Date, at: Date): boolean {
  const ageMs = at.getTime() - occurredAt.getTime();
  return ageMs >= -CLOCK_TOLERANCE_MINUTES * 60_000 && ageMs <= OLDEST_TAP_DAYS * 86_400_000;
}

export function isInstrumentBlocked(
  instrument: Pick<InstrumentFacts, "state" | "blockedUntil">,
  at: Date,
): boolean {
  if (instrument.state !== "active") return true;
  return instrument.blockedUntil !== null && instrument.blockedUntil.getTime() > at.getTime();
}

/** Largest amount that the device may charge at once, in micros. */
export function deviceLimitMicros(device: { kind: DeviceKind; maxAmountMicros: bigint | null }): bigint {
  return device.maxAmountMicros ?? DEFAULT_MAX_MAJOR[device.kind] * MICROS_PER_MAJOR;
}

/**
 * Decides an authorisation. The first reason that applies is given: currency, instrument, block, device limit,
 * limits, allowance, funds, risk. Whether the acquirer agrees and whether the ledger still has the funds comes after.
 */
export function decideAuthorisation(
  request: AuthoriseRequest,
  facts: AuthorisationFacts,
  at: Date,
): Decision {
  const { device, instrument } = facts;
  const decline = (reason: DeclineReason, limit: LimitFacts | null = null): Decision => ({
    verdict: "decline",
    reason,
    screening: null,
    limit,
  });
  if (request.currency !== device.currency) return decline("currency_not_of_program");
  if (!instrument) return decline("instrument_unknown");
  if (isInstrumentBlocked(instrument, at)) return decline("instrument_blocked");
  if (request.amountMicros > deviceLimitMicros(device)) return decline("amount_above_device_limit");
  const use = takeFromAllowance(request, facts.allowances);
  const dueMicros = request.amountMicros - (use?.valueMicros ?? 0n);
  const reached = findReachedLimit(facts.limits, dueMicros);
  if (reached) return decline(reached.reason, reached.limit);
  if (instrument.kind === "allowance" && dueMicros > 0n) return decline("allowance_used_up");
  if (instrument.availableMicros !== null && instrument.availableMicros < dueMicros) {
    return decline("insufficient_funds");
  }
  const screening = screen({
    amountMicros: request.amountMicros,
    currency: request.currency,
    instrumentWord: INSTRUMENT_WORDS[instrument.kind],
    deviceKindWord: DEVICE_KIND_WORDS[device.kind],
    occurredAt: request.occurredAt ?? at,
    place: placeOf(request, facts),
    taps: facts.taps,
    habit: facts.habit,
    terms: facts.policy.terms,
  });
  if (screening.verdict === "decline") {
    return { verdict: "decline", reason: "suspected_fraud", screening, limit: null };
  }
  return { verdict: screening.verdict, screening, dueMicros, use };
}

const INSTRUMENT_WORDS: Record<InstrumentKind, string> = {
  card_token: "this card",
  wallet: "this wallet",
  allowance: "this allowance",
};

/** The first allowance of a unit that the payment has a quantity of, as far as it is worth anything. */
function takeFromAllowance(
  request: Pick<AuthoriseRequest, "amountMicros" | "currency" | "quantity">,
  allowances: readonly AllowanceFacts[],
): AllowanceUse | null {
  for (const [unit, text] of Object.entries(request.quantity ?? {})) {
    const allowance = allowances.find((each) => each.unit === unit);
    const quantityMicros = parseQuantityMicros(text);
    if (!allowance || quantityMicros === null) continue;
    const { coveredQuantityMicros, coveredMicros } = coverByAllowance({
      priceMicros: request.amountMicros,
      quantityMicros,
      leftMicros: allowance.leftMicros,
      stepMicros: microsPerMinor(request.currency),
    });
    if (coveredMicros > 0n) {
      return { allowance, quantityMicros: coveredQuantityMicros, valueMicros: coveredMicros };
    }
  }
  return null;
}

export function placeOf(
  request: AuthoriseRequest,
  { device }: Pick<AuthorisationFacts, "device">,
): { latitude: number; longitude: number } | null {
  if (request.location) return request.location;
  if (device.latitude === null || device.longitude === null) return null;
  return { latitude: device.latitude, longitude: device.longitude };
}
