"use client";

import { useMemo } from "react";
import { z } from "zod";
import type { SavedTab } from "@/components/data-table/types";
import type { TableState, TableView } from "@/components/data-table/use-table-state";
import { usePortal } from "@/components/frame/portal-context";
import { usePreference } from "@/components/ui/use-preference";

const keptViews = z.array(
  z.object({
    name: z.string().min(1),
    tab: z.string().nullable(),
    filters: z.record(z.string(), z.array(z.string())),
    search: z.string(),
    sort: z.object({ id: z.string(), desc: z.boolean() }).nullable(),
  }),
);
type KeptView = z.output<typeof keptViews>[number];

/** Before the name in a tab's value, so that no view can be taken for a tab of the list. */
const VIEW = "view:";
export const MOST_NAME = 40;

function readKept(text: string): KeptView[] {
  try {
    const kept = keptViews.safeParse(JSON.parse(text));
    return kept.success ? kept.data : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

/** Filters in one order, so that the same view is the same text. */
function textOf({ tab, filters, search, sort }: TableView): string {
  return JSON.stringify([tab, Object.entries(filters).sort(([a], [b]) => (a < b ? -1 : 1)), search, sort]);
}

/** Filters of a list that a person keeps under a name: on this device, for this person and organisation. */
export function useSavedViews(id: string, state: TableState) {
  const { organisationId, userId } = usePortal();
  const [text, setText] = usePreference<string>(`views:${userId}:${organisationId}:${id}`, "[]");
  const views = useMemo(() => readKept(text), [text]);
  const now = textOf(state);
  const current = views.find((view) => textOf(view) === now);
  return {
    /** The kept view that is shown now. */
    current: current?.name ?? null,
    tabs: views.map<SavedTab>(({ name }) => ({ value: VIEW + name, label: name })),
    tab: current ? VIEW + current.name : null,
    /** Shows the view of that tab; false when it is no view's. */
    show: (value: string): boolean => {
      const view = value.startsWith(VIEW) && views.find(({ name }) => VIEW + name === value);
      if (view) state.show(view);
      return Boolean(view);
    },
    keep: (name: string) => {
      const { tab, filters, search, sort } = state;
      const kept = { name, tab, filters, search, sort };
      setText(JSON.stringify([...views.filter((view) => view.name !== name), kept]));
    },
    forget: (name: string) => setText(JSON.stringify(views.filter((view) => view.name !== name))),
  };
}
