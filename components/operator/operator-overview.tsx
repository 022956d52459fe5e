"use client";

import { useQuery } from "@tanstack/react-query";
import { useSubscription } from "@trpc/tanstack-react-query";
import { ShieldAlert } from "lucide-react";
import { usePortal } from "@/components/frame/portal-context";
import { DeclineReasons } from "@/components/operator/decline-reasons";
import { OperatorFigures } from "@/components/operator/operator-figures";
import { PaymentsPerMinute } from "@/components/operator/payments-per-minute";
import { ProgramFlow } from "@/components/operator/program-flow";
import { MoneyByKind } from "@/components/overview/money-by-kind";
import { OverviewPage } from "@/components/overview/overview-page";
import { useProgramParam } from "@/components/overview/program-select";
import { ButtonLink } from "@/components/ui/button";
import { useOperatorTrpc } from "@/server/trpc/client";

/** What an operator sees first: the program's day as it moves, what waits for somebody, and where the money goes. */
export function OperatorOverviewPage() {
  const trpc = useOperatorTrpc();
  const { base, can } = usePortal();
  const [program] = useProgramParam();
  const input = { program: program ?? undefined };
  const overview = useQuery(trpc.reporting.overview.queryOptions(input, { refetchInterval: 60_000 }));
  const live = useSubscription(trpc.reporting.live.subscriptionOptions(input));
  return (
    <OverviewPage
      query={overview}
      live={live}
      figures={6}
      actions={(data) => {
        const open = live.data?.openCases ?? data.review.open;
        return can("cases.decide") && open > 0 ? (
          <ButtonLink href={`${base}/review`} variant="primary" icon={<ShieldAlert />}>
            {open === 1 ? "Review one payment" : `Review ${open} payments`}
          </ButtonLink>
        ) : undefined;
      }}
    >
      {(data) => {
        const { currency } = data.program;
        return (
          <>
            <OperatorFigures overview={data} live={live.data} />
            <div className="grid grid-cols-1 gap-4 xl:grid-cols-[minmax(0,1.7fr)_minmax(0,1fr)]">
              <ProgramFlow flow={data.flow} currency={currency} program={data.program.slug} />
              <div className="grid content-start gap-4">
                <PaymentsPerMinute minutes={live.data?.lastMinutes ?? data.lastMinutes} />
                <DeclineReasons declines={data.declines} />
              </div>
            </div>
            <MoneyByKind
              title="What was the money taken for?"
              hint={`${currency} captured per day, by kind of device, last 30 days, today so far`}
              overview={data}
              height={248}
              fileName={`takings-${data.program.slug}`}
            />
          </>
        );
      }}
    </OverviewPage>
  );
}
