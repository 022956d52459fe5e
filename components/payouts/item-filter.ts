"use client";

import { parseAsArrayOf, parseAsString, useQueryStates } from "nuqs";
import type { ReckoningRow } from "@/server/settlement/schema";

/** Before the names of the parameters of the table of items. */
export const ITEM_PREFIX = "in-";

export interface ItemFilter {
  /** YYYY-MM-DD in the program's zone. */
  day?: string;
  rule?: string;
  step?: string;
  /** Short name of a party: the table then shows what it got of each payment. */
  party?: string;
  only?: "payments" | "refunds";
}

const list = parseAsArrayOf(parseAsString);
const NAMES = ["day", "rule", "step", "party", "only"] as const;

/** Which of a statement's payments the address asks for; hand it to the query as it is. */
export function useItemFilter(): ItemFilter {
  const [chosen] = useQueryStates(
    { day: list, rule: list, step: list, party: list, only: list },
    { urlKeys: Object.fromEntries(NAMES.map((name) => [name, `${ITEM_PREFIX}${name}`])) },
  );
  const day = chosen.day?.[0];
  const rule = chosen.rule?.[0];
  const step = chosen.step?.[0];
  const party = chosen.party?.[0];
  const only = (["payments", "refunds"] as const).find((each) => each === chosen.only?.[0]);
  return {
    ...(day && /^\d{4}-\d\d-\d\d$/.test(day) && { day }),
    ...(rule && { rule }),
    ...(step && { step }),
    ...(party && { party }),
    ...(only && { only }),
  };
}

/** Where the payments behind a line are: the table of items of the same page, narrowed to it. */
export function itemsHref(pageHref: string, filter: ItemFilter): string {
  const params = Object.entries(filter).map(
    ([name, value]) => `${ITEM_PREFIX}${name}=${encodeURIComponent(String(value).replaceAll(",", "%2C"))}`,
  );
  return `${pageHref}?${params.join("&")}#payments`;
}

/** The payments that a row of a reckoning sums up; null for rows that are no sum of payments. */
export function filterOfRow({ key }: Pick<ReckoningRow, "key">): ItemFilter | null {
  const step = /^step:([^:]+)(?::(.+))?$/.exec(key);
  if (step?.[1]) return { step: step[1], ...(step[2] && { party: step[2] }), only: "payments" };
  if (key === "gross") return { only: "payments" };
  if (key === "refunds") return { only: "refunds" };
  return null;
}
