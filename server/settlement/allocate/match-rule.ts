/** Whether a rule's condition fits a payment. Hours are local to the program's time zone, daylight saving respected. */
import { tzOffset } from "@date-fns/tz";
import type { RuleCondition } from "../agreement/shape";
import type { AllocationPayment } from "./types";

export type RuleMatcher = (payment: AllocationPayment) => boolean;

const MINUTES_PER_DAY = 1440;

/**
 * All conditions that are named must hold, each by one of its list. Hours are half-open: "18:00-06:00" holds from
 * 18:00:00 and no longer at 06:00:00, over midnight.
 */
export function compileCondition(when: RuleCondition | undefined): RuleMatcher {
  if (!when) return () => true;
  const kinds = when.deviceKind && new Set(when.deviceKind);
  const zones = when.zone && new Set(when.zone);
  const spans = when.hours?.map(parseHours);
  return (payment) => {
    if (kinds && !(payment.deviceKind && kinds.has(payment.deviceKind))) return false;
    if (zones && !(payment.zone && zones.has(payment.zone))) return false;
    if (!spans) return true;
    const minute = localMinuteOfDay(payment.capturedAt, payment.timeZone);
    return spans.some(({ from, to }) =>
      from < to ? minute >= from && minute < to : minute >= from || minute < to,
    );
  };
}

/** Minutes since local midnight by the wall clock, 0 to 1439 (fractions of a minute are kept). Throws on an unknown zone. */
export function localMinuteOfDay(at: Date, timeZone: string): number {
  const offset = tzOffset(timeZone, at);
  if (Number.isNaN(offset)) throw new RangeError(`"${timeZone}" is not a time zone.`);
  const minutes = at.getTime() / 60_000 + offset;
  return ((minutes % MINUTES_PER_DAY) + MINUTES_PER_DAY) % MINUTES_PER_DAY;
}

function parseHours(text: string): { from: number; to: number } {
  const [from = "", to = ""] = text.split("-");
  return { from: parseClock(from), to: parseClock(to) };
}

function parseClock(text: string): number {
  const [hours = "0", minutes = "0"] = text.split(":");
  return Number(hours) * 60 + Number(minutes);
}
