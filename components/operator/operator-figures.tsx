import { usePortal } from "@/components/frame/portal-context";
import { ageWords } from "@/components/health/age-words";
import { formatCount } from "@/components/money/format-count";
import { Money } from "@/components/money/money";
import { changeAgainst } from "@/components/overview/compare-amounts";
import { StatCard, StatGrid } from "@/components/ui/stat-card";
import type { OperatorLive, OperatorOverview } from "@/server/reporting/schema";

interface OperatorFiguresProps {
  overview: OperatorOverview;
  /** Newer figures, while the page is live. */
  live: OperatorLive | undefined;
}

/** The six figures of a program's day; each leads to the page where one can do something about it. */
export function OperatorFigures({ overview, live }: OperatorFiguresProps) {
  const { base, can } = usePortal();
  const { today, review, clearing, payoutsWaiting, devices, byDay } = overview;
  const captured = live?.captured ?? today.captured;
  const payments = live?.payments ?? today.payments;
  const declined = live?.declined ?? today.declined;
  const open = live?.openCases ?? review.open;
  const atStake = live?.atStake ?? review.atStake;
  const unsplit = live?.clearing ?? clearing.amount;
  const waiting = live?.payoutsWaiting ?? payoutsWaiting.count;
  return (
    <StatGrid className="xl:grid-cols-3">
      <StatCard
        label="Captured today"
        value={<Money {...captured} emphasis="large" />}
        change={changeAgainst(
          captured.amount,
          today.capturedWeekBefore.amount,
          "on the same hours last week",
        )}
        hint={`${formatCount(payments)} payments`}
        trend={byDay
          .slice(-14)
          .map(({ kinds }) => Object.values(kinds).reduce((sum, amount) => sum + Number(amount), 0))}
        trendPartial
        trendLabel="Captured by day in the last 14 days, today so far"
        href={`${base}/payments?tab=captured`}
      />
      <StatCard
        label="Approved of what was asked for"
        value={approval(payments, declined, today.approvalRate)}
        hint={`${formatCount(declined)} declined today`}
        href={`${base}/payments?tab=declined`}
      />
      <StatCard
        label="Held for review"
        value={
          <>
            {formatCount(open)}
            <span className="ml-2 text-base font-normal text-muted">
              {open === 1 ? "payment" : "payments"}
            </span>
          </>
        }
        hint={
          <>
            <Money {...atStake} /> at stake
            {review.dueWithinHour > 0 ? (
              <span className="text-loss">, {formatCount(review.dueWithinHour)} due within the hour</span>
            ) : null}
          </>
        }
        href={can("cases.read") ? `${base}/review` : undefined}
      />
      <StatCard
        label="Captured, not split yet"
        value={<Money {...unsplit} emphasis="large" />}
        hint={
          clearing.oldestSeconds === null || Number(unsplit.amount) === 0
            ? "the allocator is up to date"
            : `the oldest has waited ${ageWords(clearing.oldestSeconds)}`
        }
        href={can("health.read") ? `${base}/health` : undefined}
      />
      <StatCard
        label="Payouts waiting for approval"
        value={
          <>
            {formatCount(waiting)}
            <span className="ml-2 text-base font-normal text-muted">
              {waiting === 1 ? "payout" : "payouts"}
            </span>
          </>
        }
        hint={
          waiting > 0 ? (
            <>
              <Money {...payoutsWaiting.amount} />, for a second person to approve
            </>
          ) : (
            "nothing to approve"
          )
        }
        href={can("runs.read") ? `${base}/settlement` : undefined}
      />
      <StatCard
        label="Devices that fell silent"
        value={
          <>
            {formatCount(devices.silent)}
            <span className="ml-2 text-base font-normal text-muted">
              of {formatCount(devices.active)} active
            </span>
          </>
        }
        hint={
          devices.suspended > 0
            ? `not heard of for a day; ${formatCount(devices.suspended)} more suspended`
            : "not heard of for a day"
        }
        href={`${base}/devices`}
      />
    </StatGrid>
  );
}

/** Of the requests decided today; a dash while there were none. */
function approval(payments: number, declined: number, stored: string | null): string {
  const asked = payments + declined;
  if (stored !== null) return `${stored} %`;
  return asked === 0 ? "–" : `${((payments / asked) * 100).toFixed(1)} %`;
}
