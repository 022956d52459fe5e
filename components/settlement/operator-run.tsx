"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { Crumbs } from "@/components/frame/crumbs";
import { usePortal } from "@/components/frame/portal-context";
import { Money } from "@/components/money/money";
import { PayoutSkeleton } from "@/components/payouts/payout-skeleton";
import { QueryView } from "@/components/query/query-view";
import { RunActions } from "@/components/settlement/run-actions";
import { RunFlow } from "@/components/settlement/run-flow";
import { RunPayouts } from "@/components/settlement/run-payouts";
import { RunStatements } from "@/components/settlement/run-statements";
import { RunSteps } from "@/components/settlement/run-steps";
import { RunSum } from "@/components/settlement/run-sum";
import { EXCEPTION_ADVICE, exceptionTitle, VOID_REASONS } from "@/components/settlement/run-words";
import { formatPeriod, Period } from "@/components/time/period";
import { ExactTime, RelativeTime } from "@/components/time/relative-time";
import { ZoneProvider } from "@/components/time/zone-context";
import { Banner } from "@/components/ui/banner";
import { CopyableId } from "@/components/ui/copyable-id";
import { Dot, Page, PageHeader } from "@/components/ui/page-header";
import { StatusBadge } from "@/components/ui/status-badge";
import type { RunDetail, RunView } from "@/server/settlement/schema";
import { useOperatorTrpc } from "@/server/trpc/client";

/** One settlement run: where it stands, what it says to whom, and what may be done with it next. */
export function OperatorRunPage({ id }: { id: string }) {
  const trpc = useOperatorTrpc();
  const run = useQuery(
    trpc.runs.get.queryOptions(
      { runId: id },
      {
        // While it is worked through it moves by itself; later only people move it.
        refetchInterval: ({ state }) =>
          state.data && ["open", "closing"].includes(state.data.run.state) ? 2_000 : 20_000,
      },
    ),
  );
  return (
    <Page>
      <QueryView query={run} what="This run" skeleton={<PayoutSkeleton />}>
        {(detail) => (
          <ZoneProvider zone={detail.run.program.timeZone} place={detail.run.program.name}>
            <Loaded detail={detail} />
          </ZoneProvider>
        )}
      </QueryView>
    </Page>
  );
}

function Loaded({ detail }: { detail: RunDetail }) {
  const trpc = useOperatorTrpc();
  const { base, can } = usePortal();
  const { run, statements } = detail;
  const payouts = useQuery(trpc.payouts.list.queryOptions({ runId: run.id, limit: 200 }));
  const period = formatPeriod(run.periodStart, run.periodEnd, run.program.timeZone);
  return (
    <>
      <Crumbs items={[{ label: `${run.program.name}, ${period}` }]} />
      <PageHeader
        figure
        eyebrow={
          <>
            Settlement of <Period start={run.periodStart} end={run.periodEnd} /> for{" "}
            {can("programs.read") ? (
              <Link
                href={`${base}/programs/${run.program.slug}`}
                className="underline decoration-line-strong underline-offset-4 hover:decoration-accent"
              >
                {run.program.name}
              </Link>
            ) : (
              run.program.name
            )}
          </>
        }
        title={<Money {...run.payout} fact={`${run.id} payout`} />}
        aside={<StatusBadge kind="run" state={run.state} />}
        meta={
          <>
            <CopyableId id={run.id} />
            <Dot />
            <span>
              <ExactTime at={run.periodStart} format="dateTime" /> to{" "}
              <ExactTime at={run.periodEnd} format="dateTime" withOffset />
            </span>
            {run.revision > 0 ? (
              <>
                <Dot />
                <span>changed {run.revision} times since it was calculated</span>
              </>
            ) : null}
          </>
        }
        actions={<RunActions detail={detail} payouts={payouts.data?.items ?? []} />}
      />
      {run.stoppedBy ? <StoppedBy run={run} /> : null}
      {run.approvalVoided ? (
        <Banner tone="waiting" title="The approval is void">
          <ExactTime at={run.approvalVoided.at} format="dateTime" />:{" "}
          {VOID_REASONS[run.approvalVoided.reason] ?? run.approvalVoided.reason}. What was not sent yet has to
          be approved again, as it stands now.
        </Banner>
      ) : null}
      <RunSteps run={run} />
      <RunSum run={run} payouts={payouts.data?.items ?? []} statements={statements} />
      <RunFlow run={run} flows={detail.flows} />
      <RunPayouts run={run} list={payouts} />
      <RunStatements run={run} statements={statements} />
    </>
  );
}

/** The exceptions behind the word that a stopped run carries. */
function StoppedBy({ run }: { run: RunView }) {
  const trpc = useOperatorTrpc();
  const { base } = usePortal();
  const open = useQuery(
    trpc.settlement.exceptions.queryOptions({ programId: run.program.id, open: true, limit: 50 }),
  );
  const own = (open.data?.items ?? []).filter(
    ({ subject, kind }) => subject.id === run.id || kind === run.stoppedBy,
  );
  return (
    <Banner
      tone="loss"
      title={`The run stopped: ${exceptionTitle(run.stoppedBy ?? "").toLowerCase()}`}
      actions={
        <Link href={`${base}/exceptions`} className="underline underline-offset-4">
          All exceptions
        </Link>
      }
    >
      {own.map((each) => (
        <p key={each.id}>
          {each.sentence} <RelativeTime at={each.openedAt} />
        </p>
      ))}
      <p>{EXCEPTION_ADVICE[run.stoppedBy ?? ""] ?? "It goes on by itself when that is solved."}</p>
    </Banner>
  );
}
