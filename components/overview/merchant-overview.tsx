"use client";

import { useQuery } from "@tanstack/react-query";
import { useSubscription } from "@trpc/tanstack-react-query";
import { MerchantAccountNotice } from "@/components/bank-accounts/account-notice";
import { MoneyFlow } from "@/components/charts/money-flow";
import { usePortal } from "@/components/frame/portal-context";
import { currencyUnit } from "@/components/money/currency-words";
import { MerchantFigures } from "@/components/overview/merchant-figures";
import { OverviewPage } from "@/components/overview/overview-page";
import { useProgramParam } from "@/components/overview/program-select";
import { TakingsByHour } from "@/components/overview/takings-by-hour";
import { useMerchantTrpc } from "@/server/trpc/client";
import { AttentionDevices } from "./attention-devices";
import { RecentPayments } from "./recent-payments";

/** What a merchant sees first: today as it moves, where the money goes, when it comes, and what needs a look. */
export function MerchantOverviewPage() {
  const trpc = useMerchantTrpc();
  const { slug, name: organisation } = usePortal();
  const [program] = useProgramParam();
  const input = { program: program ?? undefined };
  const overview = useQuery(trpc.reporting.overview.queryOptions(input, { refetchInterval: 60_000 }));
  const live = useSubscription(trpc.reporting.live.subscriptionOptions(input));

  return (
    <OverviewPage query={overview} live={live}>
      {(data) => {
        const { currency } = data.program;
        return (
          <>
            <MerchantAccountNotice />
            <MerchantFigures overview={data} live={live.data} />
            <div className="grid grid-cols-1 gap-4 xl:grid-cols-[minmax(0,1.15fr)_minmax(0,1fr)]">
              <TakingsByHour byHour={data.byHour} asOf={data.asOf} currency={currency} />
              <MoneyFlow
                title={`Where did each ${currencyUnit(currency)} go?`}
                hint="Taken in the last 30 days and split"
                currency={currency}
                height={268}
                flows={data.split.map(({ amount, refunded, ...party }) => ({
                  from: { slug, name: organisation },
                  to: party,
                  amount,
                  refunded,
                }))}
                fileName={`split-${slug}`}
                empty="Nothing was split in the last 30 days. Captured payments are split within seconds."
              />
            </div>
            <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
              <RecentPayments
                programId={data.program.id}
                currency={currency}
                pulse={live.data?.payments ?? data.today.payments}
              />
              <AttentionDevices programId={data.program.id} counts={data.devices} />
            </div>
          </>
        );
      }}
    </OverviewPage>
  );
}
