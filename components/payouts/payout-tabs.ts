import type { SavedTab } from "@/components/data-table/types";

const SELDOM = ["cancelled"];

/** The tabs with how many payouts each holds; what seldom happens has one only where it did, or while it is chosen. */
export function countedPayoutTabs(
  tabs: readonly SavedTab[],
  counts: Readonly<Record<string, number>> | undefined,
  chosen: string | null,
): SavedTab[] {
  const all = Object.values(counts ?? {}).reduce((sum, count) => sum + count, 0);
  return tabs
    .filter(({ value }) => value === chosen || !SELDOM.includes(value) || counts?.[value])
    .map((tab) => ({
      ...tab,
      ...(counts && { count: tab.value === "all" ? all : (counts[tab.value] ?? 0) }),
    }));
}
