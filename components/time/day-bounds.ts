import { tz } from "@date-fns/tz";
import { addDays, parseISO } from "date-fns";

/** The moments from which and before which the days of a filter lie, in one zone; both days are included. */
export function dayBounds(
  [firstDay, lastDay]: readonly (string | undefined)[],
  zone: string,
): { from?: string; to?: string } {
  const from = dayStart(firstDay, zone, 0);
  const to = dayStart(lastDay, zone, 1);
  return { ...(from && { from }), ...(to && { to }) };
}

/** The moment at which a local day begins, or the day `later` days after it. */
function dayStart(day: string | undefined, zone: string, later: number): string | undefined {
  if (!day || !/^\d{4}-\d\d-\d\d$/.test(day)) return undefined;
  const start = addDays(parseISO(day, { in: tz(zone) }), later, { in: tz(zone) });
  return Number.isNaN(+start) ? undefined : new Date(+start).toISOString();
}
