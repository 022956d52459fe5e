"use client";

import { Boxes } from "lucide-react";
import type { ReactNode } from "react";
import { usePrograms } from "@/components/frame/programs-context";
import { OverviewHeader, type OverviewHeaderProps } from "@/components/overview/overview-header";
import { type QueryLike, QueryView } from "@/components/query/query-view";
import { ZoneProvider } from "@/components/time/zone-context";
import { Card } from "@/components/ui/card";
import { FirstUse } from "@/components/ui/empty-state";
import { Page, PageHeader } from "@/components/ui/page-header";
import { SkeletonChart, SkeletonStats } from "@/components/ui/skeleton";

type Overview = OverviewHeaderProps["overview"] & { program: { name: string; timeZone: string } };

interface OverviewPageProps<Data extends Overview> {
  query: QueryLike<Data>;
  live: OverviewHeaderProps["live"];
  /** How many figures stand in the first row. */
  figures?: number;
  actions?: (data: Data) => ReactNode;
  children: (data: Data) => ReactNode;
}

/** The first page of every portal: its program's head in that program's time, then what the portal has to say. */
export function OverviewPage<Data extends Overview>(props: OverviewPageProps<Data>) {
  const { query, live, figures = 4, actions, children } = props;
  const { programs } = usePrograms();
  if (programs.length === 0) {
    return (
      <Page>
        <PageHeader title="Overview" />
        <Card>
          <FirstUse title="No program yet" icon={<Boxes aria-hidden />}>
            Figures stand here from the first program on: it has the currency, the time zone and the parties
            that share its payments. The operator founds programs and adds parties to them.
          </FirstUse>
        </Card>
      </Page>
    );
  }
  return (
    <Page>
      <QueryView
        query={query}
        what="The overview"
        skeleton={
          <div className="grid gap-4">
            <SkeletonStats count={figures} />
            <SkeletonChart />
          </div>
        }
      >
        {(data) => (
          <ZoneProvider zone={data.program.timeZone} place={data.program.name}>
            <OverviewHeader overview={data} live={live} actions={actions?.(data)} />
            {children(data)}
          </ZoneProvider>
        )}
      </QueryView>
    </Page>
  );
}
