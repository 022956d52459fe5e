"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { SimpleTable } from "@/components/data-table/simple-table";
import { formatAmount } from "@/components/money/format-amount";
import { formatCount } from "@/components/money/format-count";
import { Money } from "@/components/money/money";
import { sumAmounts } from "@/components/money/sum-amounts";
import { VOID_REASONS } from "@/components/settlement/run-words";
import { Period } from "@/components/time/period";
import { ExactTime, RelativeTime } from "@/components/time/relative-time";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { KeyValueList } from "@/components/ui/key-value";
import { showToast } from "@/components/ui/toast";
import type { PayoutView, RunDetail } from "@/server/settlement/schema";
import { useOperatorTrpc } from "@/server/trpc/client";
import { callErrorOf } from "@/server/trpc/query-client";

interface ApproveRunProps {
  detail: RunDetail;
  payouts: readonly PayoutView[];
  /** Whether the person who looks has created the run. */
  mine: boolean;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

/** The second pair of eyes: who created it, how much, to whom, and what has changed since. */
export function ApproveRun({ detail, payouts, mine, open, onOpenChange }: ApproveRunProps) {
  const trpc = useOperatorTrpc();
  const queryClient = useQueryClient();
  const approve = useMutation(trpc.runs.approve.mutationOptions());
  const [refusal, setRefusal] = useState<string | null>(null);
  const { run } = detail;
  const { currency } = run.program;
  const payable = new Set(detail.payable.payoutIds);
  const going = payouts.filter((each) => each.state === "proposed" && payable.has(each.id));
  const waiting = payouts.filter((each) => each.state === "proposed" && !payable.has(each.id));
  const held = new Set(detail.heldPartyIds);
  const cancelled = payouts.filter((each) => each.state === "cancelled");
  const sum = sumAmounts(going.map((each) => each.amount.amount));
  const total = `${formatAmount(sum, { currency })} ${currency}`;
  // A run that the calendar closed has no creator: its first approver signs, its second lets it go.
  const signsFirst = run.signedBy === null;
  const largest = [...going].sort((a, b) => Number(b.amount.amount) - Number(a.amount.amount));

  async function send() {
    setRefusal(null);
    try {
      const { sha256 } = detail.payable;
      const done = await approve.mutateAsync({ runId: run.id, revision: run.revision, sha256 });
      await queryClient.invalidateQueries();
      showToast({
        ...(done.waitsForSecond
          ? { title: `${total} signed`, description: "A second person has to approve it now." }
          : {
              title: `${total} approved`,
              description: "The payouts can be sent now.",
              tone: "arrived" as const,
            }),
      });
      onOpenChange(false);
    } catch (error) {
      await queryClient.invalidateQueries();
      setRefusal(callErrorOf(error)?.message ?? "The server did not answer. Nothing was approved.");
    }
  }

  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        setRefusal(null);
        onOpenChange(next);
      }}
      size="lg"
      title={
        mine
          ? run.createdBy
            ? "You cannot approve what you created"
            : "You have approved this already"
          : `Approve ${total} in ${formatCount(going.length)} payouts?`
      }
      description={
        mine
          ? `It takes two people: the database itself refuses a second signature of ${run.createdBy ? "the creator" : "the same person"}. Ask somebody else of the operator.`
          : signsFirst
            ? "The calendar closed this period, so two people approve it: you are the first, and somebody else is the second."
            : "After that they can be sent to the bank, as they stand here. A changed account, a hold, an adjustment or a cancelled payout takes the approval back."
      }
      footer={
        <>
          <Button onClick={() => onOpenChange(false)} disabled={approve.isPending}>
            {mine ? "Close" : "Cancel"}
          </Button>
          {mine ? null : (
            <Button variant="primary" loading={approve.isPending} onClick={() => void send()}>
              Approve {total}
            </Button>
          )}
        </>
      }
    >
      <div className="grid gap-4">
        <KeyValueList
          items={[
            {
              label: "Created by",
              value: (
                <>
                  {run.createdBy?.name ?? "the platform"}, <ExactTime at={run.createdAt} format="dateTime" />
                </>
              ),
            },
            {
              label: "Period",
              value: (
                <>
                  <Period start={run.periodStart} end={run.periodEnd} /> of {run.program.name}
                </>
              ),
            },
            {
              label: "Gross",
              value: (
                <>
                  <Money {...run.gross} /> in {formatCount(run.paymentCount)} payments
                </>
              ),
            },
            { label: "Refunds", value: <Money {...run.refunds} /> },
            {
              label: "Can go now",
              value: <Money amount={sum} currency={currency} emphasis="strong" />,
              ...(waiting.length > 0 && { hint: `of ${formatAmount(run.payout.amount, { currency })}` }),
            },
            ...(run.signedBy && run.signedBy.id !== run.createdBy?.id
              ? [{ label: "Signed first by", value: run.signedBy.name }]
              : []),
          ]}
        />
        <div>
          <h3 className="mb-1 text-sm font-semibold">What changed since it was calculated?</h3>
          {run.approvalVoided ? (
            <p className="text-sm text-waiting">
              An approval is void since <RelativeTime at={run.approvalVoided.at} />:{" "}
              {VOID_REASONS[run.approvalVoided.reason] ?? run.approvalVoided.reason}.
            </p>
          ) : null}
          {cancelled.length === 0 && run.revision === 0 ? (
            <p className="text-sm text-muted">
              Nothing. It stands as it was calculated <RelativeTime at={run.calculatedAt} />.
            </p>
          ) : (
            <ul className="grid list-inside list-disc gap-0.5 text-sm">
              {cancelled.map((each) => (
                <li key={each.id}>
                  {each.party.name}: <Money {...each.amount} /> was cancelled
                  {each.failureReason ? `, "${each.failureReason}"` : ""}
                </li>
              ))}
              {run.revision > 0 ? (
                <li>
                  It was changed {formatCount(run.revision)} {run.revision === 1 ? "time" : "times"}; an
                  approval before that is void.
                </li>
              ) : null}
            </ul>
          )}
        </div>
        <section
          aria-label="Payouts"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard.
          tabIndex={0}
          className="max-h-64 overflow-y-auto rounded-lg border border-line"
        >
          <SimpleTable
            label="Payouts that are approved"
            dense
            columns={[
              { id: "party", header: "To", cell: (row: PayoutView) => row.party.name },
              {
                id: "bank",
                header: "Account",
                priority: 2,
                cell: (row: PayoutView) =>
                  row.bankLabel ?? <span className="text-waiting">no bank account yet</span>,
              },
              {
                id: "amount",
                header: currency,
                align: "right",
                priority: 1,
                cell: (row: PayoutView) => <Money {...row.amount} hideCode />,
              },
            ]}
            rows={largest}
            rowId={(row) => row.id}
            foot={{
              party: `${formatCount(going.length)} payouts`,
              amount: (
                <Money
                  amount={sumAmounts(going.map((each) => each.amount.amount))}
                  currency={currency}
                  hideCode
                />
              ),
            }}
          />
        </section>
        {waiting.length > 0 ? (
          <Banner
            tone="waiting"
            title={`${formatCount(waiting.length)} ${waiting.length === 1 ? "payout waits" : "payouts wait"}`}
          >
            {waiting.map((each) => (
              <p key={each.id}>
                {each.party.name}: {held.has(each.party.id) ? "held back" : "no bank account in use"}
              </p>
            ))}
          </Banner>
        ) : null}
        {refusal ? <Banner tone="loss">{refusal}</Banner> : null}
      </div>
    </Dialog>
  );
}
