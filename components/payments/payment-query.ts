/** What the URL of a list of payments asks for, as the routers' input. */
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
  fromDay?: string;
  toDay?: string;
  minAmount?: string;
  maxAmount?: string;
  text?: string;
}

/** Columns that an index of the server sorts by. */
const ORDERS: Record<string, "time" | "amount" | undefined> = { at: "time", amount: "amount" };

/** The order of the list as the server takes it; nothing for newest first. */
export function paymentOrder(sort: TableState["sort"]): {
  order?: { by: "time" | "amount"; descending: boolean };
} {
  const by = ORDERS[sort?.id ?? ""];
  return sort && by ? { order: { by, descending: sort.desc } } : {};
}

const DECIMAL = /^\d{1,13}(\.\d{1,6})?$/;

/** Days are those of each payment's program, both included. What is not understood is left out, not refused. */
export function paymentQuery(state: Pick<TableState, "tab" | "filters" | "search">): PaymentQuery {
  const states = known(PAYMENT_STATES, TAB_STATES[state.tab ?? ""]);
  const sources = known(PAYMENT_SOURCES, state.filters.source);
  const deviceKinds = known(DEVICE_KINDS, state.filters.kind);
  const [firstDay, lastDay] = state.filters.day ?? [];
  const [minAmount, maxAmount] = state.filters.amount ?? [];
  const fromDay = dayOf(firstDay);
  const toDay = dayOf(lastDay);
  return {
    ...(states && { states }),
    ...(sources && { sources }),
    ...(deviceKinds && { deviceKinds }),
    ...(fromDay && { fromDay }),
    ...(toDay && { toDay }),
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

function dayOf(day: string | undefined): string | undefined {
  return day && /^\d{4}-\d\d-\d\d$/.test(day) && !Number.isNaN(Date.parse(day)) ? day : undefined;
}
