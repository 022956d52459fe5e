import type { FilterOption, SavedTab, TableFilter } from "@/components/data-table/types";
import { DEVICE_KIND_KEYS, kindLook } from "@/components/devices/device-kind";
import { programFilter } from "@/components/frame/programs-context";

/** Saved tabs of payments by state; `counts` by state gives their numbers. */
export function paymentTabs(counts: Readonly<Record<string, number>> | undefined): SavedTab[] {
  const of = (...states: string[]) =>
    counts ? states.reduce((sum, state) => sum + (counts[state] ?? 0), 0) : undefined;
  return [
    {
      value: "all",
      label: "All",
      count: counts ? Object.values(counts).reduce((a, b) => a + b, 0) : undefined,
    },
    { value: "captured", label: "Captured", count: of(...(TAB_STATES.captured ?? [])) },
    { value: "held", label: "Held", count: of(...(TAB_STATES.held ?? [])) },
    { value: "declined", label: "Declined", count: of(...(TAB_STATES.declined ?? [])) },
    { value: "refunded", label: "Refunded", count: of(...(TAB_STATES.refunded ?? [])) },
  ];
}

/** The states behind each tab; `all` has none. */
export const TAB_STATES: Record<string, readonly string[] | undefined> = {
  captured: ["captured"],
  held: ["authorised", "in_review"],
  declined: ["declined", "voided", "expired"],
  refunded: ["refunded", "partially_refunded"],
};

/** The filters of a list of payments; with several programs, also by program. */
export function paymentFilters(programs: readonly FilterOption[]): readonly TableFilter[] {
  return [...PAYMENT_FILTERS, ...programFilter(programs)];
}

export const PAYMENT_FILTERS: readonly TableFilter[] = [
  {
    id: "kind",
    label: "Kind",
    kind: "choice",
    multiple: true,
    options: DEVICE_KIND_KEYS.map((kind) => ({ value: kind, label: kindLook(kind).one })),
  },
  { id: "day", label: "Day", kind: "dates" },
  { id: "amount", label: "Amount", kind: "amount" },
  {
    id: "source",
    label: "Came by",
    kind: "choice",
    options: [
      { value: "device", label: "Device" },
      { value: "usage", label: "Metered usage" },
      { value: "import", label: "Import" },
    ],
  },
];
