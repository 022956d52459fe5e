"use client";

import { createParser, parseAsArrayOf, parseAsString, useQueryStates } from "nuqs";
import { useMemo } from "react";
import type { SavedTab, SortOrder, TableFilter } from "@/components/data-table/types";

/** `amount` ascending, `-amount` descending. */
const parseAsSort = createParser<SortOrder>({
  parse: (text) =>
    text === "" || text === "-" ? null : { id: text.replace(/^-/, ""), desc: text.startsWith("-") },
  serialize: ({ id, desc }) => (desc ? `-${id}` : id),
  eq: (a, b) => a.id === b.id && a.desc === b.desc,
});

interface TableStateOptions {
  tabs?: readonly SavedTab[];
  filters?: readonly TableFilter[];
  defaultSort?: SortOrder;
  /** Set when two tables stand on one page: their parameters get this before their names. */
  prefix?: string;
}

export interface TableState {
  tabs: readonly SavedTab[];
  filterDefs: readonly TableFilter[];
  /** The value of the chosen tab; null without tabs. */
  tab: string | null;
  setTab: (value: string) => void;
  /** Only what is set. Hand it to the query as it is. */
  filters: Readonly<Record<string, readonly string[]>>;
  setFilter: (id: string, values: readonly string[] | null) => void;
  search: string;
  setSearch: (text: string) => void;
  sort: SortOrder | null;
  setSort: (sort: SortOrder | null) => void;
  /** Id of the row whose side sheet is open. */
  open: string | null;
  setOpen: (id: string | null) => void;
  /** Whether anything but the tab narrows the list. */
  filtered: boolean;
  clearFilters: () => void;
  /** Tab, filters, search and order at once. */
  show: (view: TableView) => void;
}

/** What a person looks at: everything of a list's state but the open row. */
export interface TableView {
  tab: string | null;
  filters: Readonly<Record<string, readonly string[]>>;
  search: string;
  sort: SortOrder | null;
}

const NONE: readonly never[] = [];

/** Tab, filters, search, order and open row of a table, all of them in the URL. Call it in the page, query with it, hand it to `DataTable`. */
export function useTableState(options: TableStateOptions = {}): TableState {
  const { tabs = NONE, filters = NONE, defaultSort, prefix = "" } = options;
  const filterKey = filters.map((filter) => filter.id).join(" ");
  const base = { tab: `${prefix}tab`, search: `${prefix}q`, sort: `${prefix}sort`, open: `${prefix}open` };

  const [fixed, setFixed] = useQueryStates(
    { tab: parseAsString, search: parseAsString, sort: parseAsSort, open: parseAsString },
    { urlKeys: base },
  );
  const parsers = useMemo(
    () =>
      Object.fromEntries(
        filterKey
          .split(" ")
          .filter(Boolean)
          .map((id) => [prefix + id, parseAsArrayOf(parseAsString)] as const),
      ),
    [filterKey, prefix],
  );
  const [chosen, setChosen] = useQueryStates(parsers);

  const active = useMemo(() => {
    const set: Record<string, readonly string[]> = {};
    for (const id of filterKey.split(" ").filter(Boolean)) {
      const values = chosen[prefix + id];
      if (values?.some((value) => value !== "")) set[id] = values;
    }
    return set;
  }, [chosen, filterKey, prefix]);

  const firstTab = tabs[0]?.value ?? null;
  const tab = tabs.some((item) => item.value === fixed.tab) ? fixed.tab : firstTab;
  const search = fixed.search ?? "";

  return {
    tabs,
    filterDefs: filters,
    tab,
    setTab: (value) => void setFixed({ tab: value === firstTab ? null : value, open: null }),
    filters: active,
    setFilter: (id, values) =>
      void setChosen({ [prefix + id]: values?.some((value) => value !== "") ? [...values] : null }),
    search,
    setSearch: (text) => void setFixed({ search: text === "" ? null : text }),
    sort: fixed.sort ?? defaultSort ?? null,
    setSort: (sort) => void setFixed({ sort }),
    open: fixed.open,
    setOpen: (id) => void setFixed({ open: id }, { history: fixed.open === null ? "push" : "replace" }),
    filtered: search !== "" || Object.keys(active).length > 0,
    clearFilters: () => {
      void setChosen(null);
      void setFixed({ search: null });
    },
    show: (view) => {
      void setChosen(
        Object.fromEntries(
          Object.keys(parsers).map((key) => {
            const values = view.filters[key.slice(prefix.length)];
            return [key, values ? [...values] : null];
          }),
        ),
      );
      void setFixed({
        tab: view.tab === firstTab ? null : view.tab,
        search: view.search || null,
        sort: view.sort,
        open: null,
      });
    },
  };
}
