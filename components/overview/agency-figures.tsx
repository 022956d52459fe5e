import { usePortal } from "@/components/frame/portal-context";
import { formatCount } from "@/components/money/format-count";
import { Money } from "@/components/money/money";
import { ClosingTime } from "@/components/overview/closing-time";
import { changeAgainst } from "@/components/overview/compare-amounts";
import { ExactTime } from "@/components/time/relative-time";
import { StatCard, StatGrid } from "@/components/ui/stat-card";
import { statusLook } from "@/components/ui/status-badge";
import type { AgencyLive, AgencyOverview } from "@/server/reporting/schema";

interface AgencyFiguresProps {
  overview: AgencyOverview;
  live: AgencyLive | undefined;
}

/** The four figures of an agency: growing, settled, on its way, today. */
export function AgencyFigures({ overview, live }: AgencyFiguresProps) {
  const { base } = usePortal();
  const { byDay, onTheWay, lastRemittance, nextSettlement, settled, settledBefore } = overview;
  const trend = byDay.map(({ kinds }) =>
    Object.values(kinds).reduce((sum, amount) => sum + Number(amount), 0),
  );
  const change = changeAgainst(settled.amount, settledBefore.amount, "on the 30 before");
  const asOf = live?.asOf ?? overview.asOf;
  return (
    <StatGrid>
      <StatCard
        label="Your share, not settled yet"
        value={<Money {...(live?.notSettled ?? overview.notSettled)} emphasis="large" />}
        hint={
          <>
            live, <ExactTime at={asOf} format="seconds" />
          </>
        }
        trend={running(trend.slice(-10))}
      />
      <StatCard
        label="Your share today"
        value={<Money {...(live?.today ?? overview.today)} emphasis="large" />}
        change={changeAgainst(
          (live?.today ?? overview.today).amount,
          overview.todayWeekBefore.amount,
          "on last week, same hours",
        )}
        hint={
          <>
            closes <ClosingTime at={nextSettlement.closesAt} />
          </>
        }
        trend={trend.slice(-14)}
        trendPartial
        trendLabel="Your share by day in the last 14 days, today so far"
        series={3}
      />
      <StatCard
        label="Settled in these 30 days"
        value={<Money {...settled} emphasis="large" />}
        change={change}
        hint={change ? undefined : "closed periods"}
        trend={trend}
        trendPartial
        trendLabel="Your share by day in the last 30 days, today so far"
        href={`${base}/statements`}
      />
      {onTheWay.count > 0 ? (
        <StatCard
          label="On its way to you"
          value={<Money {...onTheWay.amount} emphasis="large" />}
          hint={`${formatCount(onTheWay.count)} ${onTheWay.count === 1 ? "remittance" : "remittances"}, not confirmed yet`}
          href={`${base}/remittances`}
        />
      ) : lastRemittance ? (
        <StatCard
          label="Last remittance"
          value={<Money {...lastRemittance.amount} emphasis="large" />}
          hint={
            <>
              {statusLook("payout", lastRemittance.state).label}, <ExactTime at={lastRemittance.at} />
            </>
          }
          href={`${base}/remittances/${lastRemittance.id}`}
        />
      ) : (
        <StatCard
          label="Next remittance"
          value="None yet"
          hint={
            <>
              the first from <ExactTime at={`${nextSettlement.payOutOn}T12:00:00Z`} format="weekday" />
            </>
          }
        />
      )}
    </StatGrid>
  );
}

/** The sum so far at each place: what piles up until it is settled. */
function running(values: readonly number[]): number[] {
  let sum = 0;
  return values.map((value) => {
    sum += value;
    return sum;
  });
}
