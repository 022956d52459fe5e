import { usePortal } from "@/components/frame/portal-context";
import { formatCount } from "@/components/money/format-count";
import { Money } from "@/components/money/money";
import { ClosingTime } from "@/components/overview/closing-time";
import { changeAgainst } from "@/components/overview/compare-amounts";
import { ExactTime } from "@/components/time/relative-time";
import { StatCard, StatGrid } from "@/components/ui/stat-card";
import { statusLook } from "@/components/ui/status-badge";
import type { MerchantLive, MerchantOverview } from "@/server/reporting/schema";

interface MerchantFiguresProps {
  overview: MerchantOverview;
  /** Newer figures of today, while the page is live. */
  live: MerchantLive | undefined;
}

/** The four figures of a merchant's day. */
export function MerchantFigures({ overview, live }: MerchantFiguresProps) {
  const { base } = usePortal();
  const { today, byDay, lastPayout, nextSettlement } = overview;
  const now = live ?? { ...today, notSettled: overview.notSettled };
  const change = changeAgainst(now.taken.amount, today.takenWeekBefore.amount, "on last week, same hours");
  return (
    <StatGrid>
      <StatCard
        label="Taken today"
        value={<Money {...now.taken} emphasis="large" />}
        change={change}
        hint={change ? undefined : paymentsWord(now.payments)}
        trend={byDay.slice(-14).map((day) => Number(day.taken))}
        trendPartial
        trendLabel="Taken by day in the last 14 days, today so far"
        href={`${base}/payments`}
      />
      <StatCard
        label="Payments today"
        value={formatCount(now.payments)}
        hint={
          <>
            {formatCount(now.declined)} declined
            {now.inReview > 0 ? `, ${formatCount(now.inReview)} held for review` : ""}
          </>
        }
        trend={byDay.slice(-14).map((day) => day.payments)}
        trendPartial
        trendLabel="Payments by day in the last 14 days, today so far"
        series={3}
        href={`${base}/payments`}
      />
      <StatCard
        label="Yours, not settled yet"
        value={<Money {...now.notSettled} emphasis="large" />}
        hint={
          <>
            closes <ClosingTime at={nextSettlement.closesAt} />, paid{" "}
            <ExactTime at={`${nextSettlement.payOutOn}T12:00:00Z`} format="day" />
          </>
        }
        href={`${base}/payouts`}
      />
      {lastPayout ? (
        <StatCard
          label="Last payout"
          value={<Money {...lastPayout.amount} emphasis="large" />}
          hint={
            <>
              {statusLook("payout", lastPayout.state).label}, <ExactTime at={lastPayout.at} />
            </>
          }
          href={`${base}/payouts/${lastPayout.id}`}
        />
      ) : (
        <StatCard label="Last payout" value="None yet" hint="The first comes after the first period closes" />
      )}
    </StatGrid>
  );
}

function paymentsWord(count: number): string {
  return `${formatCount(count)} ${count === 1 ? "payment" : "payments"}`;
}
