"use client";

import { useMemo } from "react";
import type { DataColumn } from "@/components/data-table/types";
import { usePreference } from "@/components/ui/use-preference";

/** Which columns are shown. Only what differs from the default is kept, so that new columns appear by themselves. */
export function useColumnChoice<Row>(id: string, columns: readonly DataColumn<Row>[]) {
  const [kept, setKept] = usePreference<string>(`${id}:columns`, "");
  const visibility = useMemo(() => {
    const flipped = new Set(kept.split(",").filter(Boolean));
    return Object.fromEntries(
      columns.map((column) => {
        const usual = !column.defaultHidden;
        return [column.id, column.fixed ? true : flipped.has(column.id) ? !usual : usual];
      }),
    );
  }, [kept, columns]);
  return {
    visibility,
    isHidden: (columnId: string) => visibility[columnId] === false,
    toggle: (columnId: string) => {
      const flipped = new Set(kept.split(",").filter(Boolean));
      if (!flipped.delete(columnId)) flipped.add(columnId);
      setKept([...flipped].join(","));
    },
  };
}
