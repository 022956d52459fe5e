"use client";

import { useQuery } from "@tanstack/react-query";
import { useSubscription } from "@trpc/tanstack-react-query";
import { FilePenLine } from "lucide-react";
import { AgencyAccountNotice } from "@/components/bank-accounts/account-notice";
import { usePortal } from "@/components/frame/portal-context";
import { AgencyFigures } from "@/components/overview/agency-figures";
import { MoneyByKind } from "@/components/overview/money-by-kind";
import { OverviewPage } from "@/components/overview/overview-page";
import { useProgramParam } from "@/components/overview/program-select";
import { ProposedChange } from "@/components/overview/proposed-change";
import { RecentStatements } from "@/components/overview/recent-statements";
import { StepEarnings } from "@/components/overview/step-earnings";
import { ButtonLink } from "@/components/ui/button";
import { useAgencyTrpc } from "@/server/trpc/client";

/** What an agency sees first: its share as it grows, what it came from, what is proposed, and its reports. */
export function AgencyOverviewPage() {
  const trpc = useAgencyTrpc();
  const { base } = usePortal();
  const [program] = useProgramParam();
  const input = { program: program ?? undefined };
  const overview = useQuery(trpc.reporting.overview.queryOptions(input, { refetchInterval: 60_000 }));
  const live = useSubscription(trpc.reporting.live.subscriptionOptions(input));

  return (
    <OverviewPage
      query={overview}
      live={live}
      actions={(data) => {
        return data.agreementsWaiting > 0 ? (
          <ButtonLink
            href={`${base}/agreements`}
            icon={<FilePenLine />}
            className="border-accent-line bg-accent-soft text-accent hover:border-accent"
          >
            {data.agreementsWaiting === 1
              ? "An agreement waits for your answer"
              : `${data.agreementsWaiting} agreements wait for your answer`}
          </ButtonLink>
        ) : undefined;
      }}
    >
      {(data) => {
        const { currency } = data.program;
        return (
          <>
            <AgencyAccountNotice />
            <AgencyFigures overview={data} live={live.data} />
            <div className="grid grid-cols-1 gap-4 xl:grid-cols-[minmax(0,1.9fr)_minmax(0,1fr)]">
              <MoneyByKind
                title="What did your share come from?"
                hint={`${currency} per day, by kind of payment, last 30 days, today so far`}
                overview={data}
                height={256}
                fileName="share-by-day"
              />
              {data.agreementsWaiting > 0 ? (
                <ProposedChange programId={data.program.id} fallback={<StepEarnings overview={data} />} />
              ) : (
                <StepEarnings overview={data} />
              )}
            </div>
            <RecentStatements programId={data.program.id} currency={currency} />
          </>
        );
      }}
    </OverviewPage>
  );
}
