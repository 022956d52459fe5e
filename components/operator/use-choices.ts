"use client";

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { FilterOption } from "@/components/data-table/types";
import { useOperatorTrpc } from "@/server/trpc/client";

const NONE: readonly never[] = [];

/** The merchants and programs of the platform, for filters and forms. */
export function useChoices() {
  const trpc = useOperatorTrpc();
  const merchants = useQuery(
    trpc.organisations.list.queryOptions({ kind: "merchant", limit: 200 }, { staleTime: 300_000 }),
  );
  const programs = useQuery(trpc.programs.list.queryOptions(undefined, { staleTime: 300_000 }));
  return {
    merchants: merchants.data?.items ?? NONE,
    programs: programs.data?.items ?? NONE,
    merchantOptions: useOptions(merchants.data?.items),
    programOptions: useOptions(programs.data?.items),
  };
}

function useOptions(items: readonly { id: string; name: string }[] | undefined): readonly FilterOption[] {
  return useMemo(() => (items ?? []).map(({ id, name }) => ({ value: id, label: name })), [items]);
}
