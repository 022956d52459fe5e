"use client";

import { useQuery } from "@tanstack/react-query";
import { useAccountTrpc } from "@/server/trpc/client";

/** The signed-in person, once known: to tell people why they cannot approve what they created. */
export function useMe() {
  const trpc = useAccountTrpc();
  return useQuery(trpc.account.me.queryOptions(undefined, { staleTime: 300_000 })).data;
}
