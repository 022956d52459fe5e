"use client";

import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import type { NameOf } from "@/components/agreements/step-sentence";
import { useOperatorTrpc } from "@/server/trpc/client";

/** A program with its parties, and the names behind the short names that terms use. */
export function useProgramParties(slug: string | undefined) {
  const trpc = useOperatorTrpc();
  const program = useQuery(
    trpc.programs.get.queryOptions({ slug: slug ?? "none" }, { enabled: slug !== undefined }),
  );
  const names = useMemo(
    () => new Map(program.data?.parties.map((party) => [party.slug, party.name])),
    [program.data],
  );
  const nameOf = useCallback<NameOf>(
    (party) =>
      party === "$merchant"
        ? "The merchant"
        : party === "operator"
          ? "The platform"
          : (names.get(party) ?? party),
    [names],
  );
  return { program: program.data, nameOf };
}
