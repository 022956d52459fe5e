"use client";

import { parseAsArrayOf, parseAsString, useQueryStates } from "nuqs";

/** Before the names of the parameters of the table of items. */
export const ITEM_PREFIX = "in-";

interface ItemFilter {
  /** YYYY-MM-DD in the program's zone. */
  day?: string;
  rule?: string;
  step?: string;
}

const list = parseAsArrayOf(parseAsString);

/** Which of a statement's payments the address asks for; hand it to the query as it is. */
export function useItemFilter(): ItemFilter {
  const [chosen] = useQueryStates(
    { day: list, rule: list, step: list },
    { urlKeys: { day: `${ITEM_PREFIX}day`, rule: `${ITEM_PREFIX}rule`, step: `${ITEM_PREFIX}step` } },
  );
  const day = chosen.day?.[0];
  const rule = chosen.rule?.[0];
  const step = chosen.step?.[0];
  return {
    ...(day && /^\d{4}-\d\d-\d\d$/.test(day) && { day }),
    ...(rule && { rule }),
    ...(step && { step }),
  };
}

/** Where the payments behind a line are: the table of items of the same page, narrowed to it. */
export function itemsHref(pageHref: string, filter: ItemFilter): string {
  const params = Object.entries(filter).map(
    ([name, value]) => `${ITEM_PREFIX}${name}=${encodeURIComponent(String(value).replaceAll(",", "%2C"))}`,
  );
  return `${pageHref}?${params.join("&")}#payments`;
}
