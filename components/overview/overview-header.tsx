"use client";

import type { ReactNode } from "react";
import { LivePill } from "@/components/overview/live-pill";
import { ProgramSelect, useProgramParam } from "@/components/overview/program-select";
import { ExactTime } from "@/components/time/relative-time";
import { PageHeader } from "@/components/ui/page-header";
import type { ProgramChoice } from "@/server/reporting/schema";

export interface OverviewHeaderProps {
  overview: { programs: ProgramChoice[]; program: { slug: string }; asOf: string };
  /** The subscription to its figures. */
  live: {
    status: "idle" | "connecting" | "pending" | "error";
    data?: { asOf: string; staleSince: string | null } | undefined;
  };
  actions?: ReactNode;
}

/** The head of every portal's first page: which program, how fresh, and what waits. */
export function OverviewHeader({ overview, live, actions }: OverviewHeaderProps) {
  const [, setProgram] = useProgramParam();
  const asOf = live.data?.asOf ?? overview.asOf;
  return (
    <PageHeader
      title="Overview"
      aside={
        <>
          <ProgramSelect
            programs={overview.programs}
            value={overview.program.slug}
            onValueChange={(next) => void setProgram(next)}
          />
          <LivePill status={live.status} asOf={asOf} staleSince={live.data?.staleSince ?? null} />
        </>
      }
      meta={<ExactTime at={asOf} format="long" />}
      actions={actions}
    />
  );
}
