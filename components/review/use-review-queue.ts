"use client";

import { useQuery } from "@tanstack/react-query";
import { parseAsString, parseAsStringLiteral, useQueryState } from "nuqs";
import { useMemo } from "react";
import { formatCount } from "@/components/money/format-count";
import { usePendingDecisions } from "@/components/review/pending-decisions";
import { formatInZone } from "@/components/time/format-in-zone";
import { useNow } from "@/components/time/use-now";
import { useZone } from "@/components/time/zone-context";
import { useOperatorTrpc } from "@/server/trpc/client";

export const QUEUE_TABS = ["loss", "time", "mine", "escalated", "decided"] as const;
export type QueueTab = (typeof QUEUE_TABS)[number];

const REFRESH_MS = 5_000;
const PAGE = 100;
const CLOSED = ["approved", "declined", "expired", "withdrawn"] as const;

/** The queue as the chosen tab orders it, without what has just been decided, and the counts of all tabs. */
export function useReviewQueue() {
  const trpc = useOperatorTrpc();
  const { zone } = useZone();
  const now = useNow(60);
  const pending = usePendingDecisions();
  const [tab, setTab] = useQueryState("tab", parseAsStringLiteral(QUEUE_TABS).withDefault("loss"));
  const [chosen, setChosen] = useQueryState("case", parseAsString);

  const live = { refetchInterval: REFRESH_MS };
  const sort = tab === "time" ? ("time_left" as const) : ("expected_loss" as const);
  const open = useQuery(trpc.cases.list.queryOptions({ states: ["open"], sort, limit: PAGE }, live));
  const mine = useQuery(trpc.cases.list.queryOptions({ mine: true, limit: PAGE }, live));
  const escalated = useQuery(trpc.cases.list.queryOptions({ states: ["escalated"], limit: PAGE }, live));
  const decided = useQuery(
    trpc.cases.list.queryOptions({ states: [...CLOSED], limit: PAGE }, { refetchInterval: 30_000 }),
  );
  const figures = useQuery(trpc.cases.figures.queryOptions({}, live));

  const today = now === null ? null : formatInZone(now, zone, "iso");
  const lists = useMemo(() => {
    const waiting = (query: typeof open) => query.data?.items.filter(({ id }) => !pending.has(id));
    const byLoss = waiting(open);
    return {
      loss: byLoss,
      time: byLoss,
      mine: waiting(mine),
      escalated: waiting(escalated),
      decided: decided.data?.items.filter(
        ({ decision }) => decision && (today === null || formatInZone(decision.at, zone, "iso") === today),
      ),
    };
  }, [open, mine, escalated, decided, pending, today, zone]);
  const query = { loss: open, time: open, mine, escalated, decided }[tab];
  const dueSoon = (figures.data ?? []).reduce((sum, { dueWithinHour }) => sum + dueWithinHour, 0);

  return {
    tab,
    setTab: (next: QueueTab) => {
      void setChosen(null);
      void setTab(next);
    },
    chosen,
    choose: (id: string | null, history: "push" | "replace" = "replace") => void setChosen(id, { history }),
    items: lists[tab],
    query,
    dueSoon,
    counts: {
      loss: countOf(open, lists.loss),
      mine: countOf(mine, lists.mine),
      escalated: countOf(escalated, lists.escalated),
      // Only today's are listed: with an older one among those read, none of today's is missing.
      decided: countOf(decided, lists.decided, lists.decided?.length === PAGE),
    },
  };
}

/** How many a tab holds: "100+" where there are more than were read. */
function countOf(
  query: { data: { nextCursor: string | null } | undefined },
  items: readonly unknown[] | undefined,
  mayBeMore = true,
): string | undefined {
  if (!items) return undefined;
  return mayBeMore && query.data?.nextCursor ? `${PAGE}+` : formatCount(items.length);
}
