"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Clock } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { usePortal } from "@/components/frame/portal-context";
import { formatCount } from "@/components/money/format-count";
import { Money } from "@/components/money/money";
import { useChoices } from "@/components/operator/use-choices";
import { QueryView } from "@/components/query/query-view";
import { exceptionTitle } from "@/components/settlement/run-words";
import { Countdown } from "@/components/time/countdown";
import { formatPeriod, Period } from "@/components/time/period";
import { ExactTime } from "@/components/time/relative-time";
import { ZoneProvider } from "@/components/time/zone-context";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { KeyValueList } from "@/components/ui/key-value";
import { Select } from "@/components/ui/select";
import { SkeletonText } from "@/components/ui/skeleton";
import { showToast } from "@/components/ui/toast";
import type { ClosePreview } from "@/server/settlement/schema";
import { useOperatorTrpc } from "@/server/trpc/client";
import { callErrorOf } from "@/server/trpc/query-client";

interface ClosePeriodProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  initialProgramId: string | null;
}

/** Names the period that would be closed and what happens then; says until when it cannot be. */
export function ClosePeriod({ open, onOpenChange, initialProgramId }: ClosePeriodProps) {
  const trpc = useOperatorTrpc();
  const router = useRouter();
  const { base } = usePortal();
  const queryClient = useQueryClient();
  const { programs } = useChoices();
  const [chosen, setChosen] = useState<string | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const programId = chosen ?? initialProgramId ?? programs[0]?.id ?? "";
  const next = useQuery(
    trpc.runs.next.queryOptions({ programId }, { enabled: open && programId !== "", staleTime: 0 }),
  );
  const close = useMutation(trpc.runs.close.mutationOptions());
  const ready = next.data?.over === true && next.data.unfinishedRunId === null;

  async function send(preview: ClosePreview, periodEnd: string) {
    setRefusal(null);
    try {
      const { runId } = await close.mutateAsync({ programId, periodEnd });
      await queryClient.invalidateQueries();
      showToast({
        title: `${preview.program.name}: ${formatPeriod(preview.periodStart, periodEnd, preview.program.timeZone)} is closed`,
        description: "Its statements and payouts wait for a second person.",
        tone: "arrived",
      });
      onOpenChange(false);
      router.push(`${base}/settlement/${runId}`);
    } catch (error) {
      // A run that stopped exists, with its reason; the list behind the dialog shows it.
      await queryClient.invalidateQueries();
      setRefusal(callErrorOf(error)?.message ?? "The server did not answer. Nothing was closed.");
    }
  }

  return (
    <Dialog
      open={open}
      onOpenChange={(to) => {
        setRefusal(null);
        onOpenChange(to);
      }}
      title="Close a period"
      description="Freezes what was captured in it and calculates a statement and a payout for each party."
      footer={
        <>
          <Button onClick={() => onOpenChange(false)} disabled={close.isPending}>
            Cancel
          </Button>
          <Button
            variant="primary"
            disabled={!ready}
            loading={close.isPending}
            onClick={() => next.data && void send(next.data, next.data.periodEnd)}
          >
            {next.data && ready ? (
              <>
                Close {formatPeriod(next.data.periodStart, next.data.periodEnd, next.data.program.timeZone)}
              </>
            ) : (
              "Close"
            )}
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        <Field label="Program">
          <Select
            value={programId}
            onValueChange={(value) => {
              setChosen(value);
              setRefusal(null);
            }}
            options={programs.map(({ id, name, currency }) => ({ value: id, label: name, hint: currency }))}
          />
        </Field>
        <QueryView query={next} what="The next period" skeleton={<SkeletonText lines={5} />}>
          {(preview) => (
            <ZoneProvider zone={preview.program.timeZone} place={preview.program.name}>
              <PreviewOf
                preview={preview}
                base={base}
                busy={close.isPending}
                onCloseNow={() => void send(preview, preview.asOf)}
              />
            </ZoneProvider>
          )}
        </QueryView>
        {refusal ? <Banner tone="loss">{refusal}</Banner> : null}
      </div>
    </Dialog>
  );
}

interface PreviewOfProps {
  preview: ClosePreview;
  base: string;
  busy: boolean;
  /** Closes what has been captured so far, and leaves the rest of the period to the next run. */
  onCloseNow: () => void;
}

function PreviewOf({ preview, base, busy, onCloseNow }: PreviewOfProps) {
  if (preview.unfinishedRunId) {
    return (
      <Banner
        tone="waiting"
        title="The run before is not finished"
        actions={
          <Link
            href={`${base}/settlement/${preview.unfinishedRunId}`}
            className="underline underline-offset-4"
          >
            Open it
          </Link>
        }
      >
        {preview.stoppedBy
          ? `${exceptionTitle(preview.stoppedBy)}. It goes on by itself when that is solved.`
          : "It is being worked through; the next period can be closed after it."}
      </Banner>
    );
  }
  return (
    <>
      {preview.over ? null : (
        <Banner
          tone="neutral"
          icon={<Clock aria-hidden />}
          title="Nothing is over yet"
          actions={
            preview.paymentCount > 0 ? (
              <Button size="sm" disabled={busy} onClick={onCloseNow}>
                Close up to now
              </Button>
            ) : undefined
          }
        >
          The next period ends at <ExactTime at={preview.periodEnd} format="dateTime" withOffset /> (
          <Countdown until={preview.periodEnd} urgentMinutes={0} />
          ). It can be closed whole from then on, or now up to this moment; the rest then waits for the next
          run.
        </Banner>
      )}
      <KeyValueList
        items={[
          {
            label: preview.over ? "Period" : "Period that runs",
            value: <Period start={preview.periodStart} end={preview.periodEnd} />,
            hint: preview.program.timeZone,
          },
          { label: "From", value: <ExactTime at={preview.periodStart} format="dateTime" withOffset /> },
          { label: "Up to", value: <ExactTime at={preview.periodEnd} format="dateTime" withOffset /> },
          { label: "Payments split so far", value: formatCount(preview.paymentCount) },
          { label: "Gross", value: <Money {...preview.gross} /> },
          { label: "Refunds", value: <Money {...preview.refunds} /> },
        ]}
      />
      {preview.over ? (
        <p className="text-sm text-muted">
          Guarantees are given, reserves and carried balances booked, and the money of each payout is held in
          the ledger. Nothing leaves: somebody else than you approves it first.
        </p>
      ) : null}
    </>
  );
}
