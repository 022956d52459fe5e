"use client";

import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { SimulationCard } from "@/components/agreements/simulation-card";
import { usePortal } from "@/components/frame/portal-context";
import { ButtonLink } from "@/components/ui/button";
import { useAgencyTrpc } from "@/server/trpc/client";

interface ProposedChangeProps {
  programId: string;
  /** Shown when nothing waits after all. */
  fallback: ReactNode;
}

/** What the version that waits for an answer would have changed in money, and the way to answer. */
export function ProposedChange({ programId, fallback }: ProposedChangeProps) {
  const trpc = useAgencyTrpc();
  const { base } = usePortal();
  const versions = useQuery(trpc.agreements.list.queryOptions({ programId, limit: 50 }));
  const proposed = versions.data?.items.find(
    (each) => each.state === "proposed" && each.ownAnswer === "waiting",
  );
  const simulation = useQuery(
    trpc.agreements.simulate.queryOptions(
      { agreementId: proposed?.id ?? "" },
      {
        enabled: proposed !== undefined,
        staleTime: 600_000,
        refetchInterval: (query) => (query.state.data === null ? 2_000 : false),
      },
    ),
  );
  if (!proposed) return <>{fallback}</>;
  return (
    <SimulationCard
      version={proposed.version}
      query={simulation}
      footer={
        <ButtonLink href={`${base}/agreements/${proposed.id}`} variant="primary" className="ml-auto">
          Read and answer
        </ButtonLink>
      }
    />
  );
}
