/** What the URL of a list of payments asks for, as the routers' input. */

import { tz } from "@date-fns/tz";
import { addDays, parseISO } from "date-fns";
import type { TableState } from "@/components/data-table/use-table-state";
import { TAB_STATES } from "@/components/payments/payment-filters";
import { DEVICE_KINDS, type DeviceKind } from "@/server/devices/constants";
import {
  PAYMENT_SOURCES,
  PAYMENT_STATES,
  type PaymentSource,
  type PaymentState,
} from "@/server/payments/constants";

export interface PaymentQuery {
  states?: PaymentState[];
  sources?: PaymentSource[];
  deviceKinds?: DeviceKind[];
  from?: string;
  to?: string;
  minAmount?: string;
  maxAmount?: string;
  text?: string;
}

const DECIMAL = /^\d{1,13}(\.\d{1,6})?$/;

/** Days are days of `zone`, both included. What is not understood is left out instead of refused. */
export function paymentQuery(
  state: Pick<TableState, "tab" | "filters" | "search">,
  zone: string,
): PaymentQuery {
  const states = known(PAYMENT_STATES, TAB_STATES[state.tab ?? ""]);
  const sources = known(PAYMENT_SOURCES, state.filters.source);
  const deviceKinds = known(DEVICE_KINDS, state.filters.kind);
  const [firstDay, lastDay] = state.filters.day ?? [];
  const [minAmount, maxAmount] = state.filters.amount ?? [];
  const from = dayStart(firstDay, zone, 0);
  const to = dayStart(lastDay, zone, 1);
  return {
    ...(states && { states }),
    ...(sources && { sources }),
    ...(deviceKinds && { deviceKinds }),
    ...(from && { from }),
    ...(to && { to }),
    ...(minAmount && DECIMAL.test(minAmount) && { minAmount }),
    ...(maxAmount && DECIMAL.test(maxAmount) && { maxAmount }),
    ...(state.search.trim() && { text: state.search.trim() }),
  };
}

function known<Value extends string>(
  all: readonly Value[],
  chosen: readonly string[] | undefined,
): Value[] | undefined {
  const found = all.filter((each) => chosen?.includes(each));
  return found.length > 0 ? found : undefined;
}

/** The moment at which a local day begins, or the day `later` days after it. */
function dayStart(day: string | undefined, zone: string, later: number): string | undefined {
  if (!day || !/^\d{4}-\d\d-\d\d$/.test(day)) return undefined;
  const start = addDays(parseISO(day, { in: tz(zone) }), later, { in: tz(zone) });
  return Number.isNaN(+start) ? undefined : new Date(+start).toISOString();
}
