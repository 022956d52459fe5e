"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Check, CheckCheck, Lock, Send } from "lucide-react";
import { useState } from "react";
import { usePortal } from "@/components/frame/portal-context";
import { formatAmount } from "@/components/money/format-amount";
import { formatCount } from "@/components/money/format-count";
import { sumAmounts } from "@/components/money/sum-amounts";
import { ApproveRun } from "@/components/settlement/approve-run";
import { useMe } from "@/components/settlement/use-me";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { showToast } from "@/components/ui/toast";
import { Tooltip } from "@/components/ui/tooltip";
import type { PayoutView, RunDetail } from "@/server/settlement/schema";
import { useOperatorTrpc } from "@/server/trpc/client";

interface RunActionsProps {
  detail: RunDetail;
  payouts: readonly PayoutView[];
}

type Asking = "approve" | "submit" | "paid" | null;

/** What may be done with a run now: approve it, send its payouts, or confirm that the bank has paid them. */
export function RunActions({ detail, payouts }: RunActionsProps) {
  const trpc = useOperatorTrpc();
  const queryClient = useQueryClient();
  const { can } = usePortal();
  const me = useMe();
  const [asking, setAsking] = useState<Asking>(null);
  const submit = useMutation(trpc.runs.submit.mutationOptions());
  const markPaid = useMutation(trpc.runs.markPaid.mutationOptions());
  const { run } = detail;
  const { currency } = run.program;
  const inState = (state: string) => payouts.filter((each) => each.state === state);
  const totalOf = (some: readonly PayoutView[]) =>
    `${formatAmount(sumAmounts(some.map((each) => each.amount.amount)), { currency })} ${currency}`;
  const approved = inState("approved");
  const submitted = inState("submitted");
  const mine = run.signedBy !== null && run.signedBy.id === me?.id;
  // What waited for an account or a hold is approved later, when the rest is on its way.
  const toApprove =
    run.state === "calculated" ||
    (["approved", "paying"].includes(run.state) && detail.payable.payoutIds.length > 0);
  const close = (open: boolean) => !open && setAsking(null);

  return (
    <>
      {toApprove && can("runs.approve") ? (
        mine ? (
          <Tooltip content="You stand under this run already. A second person has to approve it.">
            <Button icon={<Lock />} onClick={() => setAsking("approve")}>
              Approve
            </Button>
          </Tooltip>
        ) : (
          <Button variant="primary" icon={<Check />} onClick={() => setAsking("approve")}>
            Approve
          </Button>
        )
      ) : null}
      {submitted.length > 0 && can("payouts.pay") ? (
        <Button
          variant={approved.length > 0 ? "secondary" : "primary"}
          icon={<CheckCheck />}
          onClick={() => setAsking("paid")}
        >
          Mark all paid
        </Button>
      ) : null}
      {approved.length > 0 && can("payouts.pay") ? (
        <Button variant="primary" icon={<Send />} onClick={() => setAsking("submit")}>
          Send payouts
        </Button>
      ) : null}
      <ApproveRun
        detail={detail}
        payouts={payouts}
        mine={mine}
        open={asking === "approve"}
        onOpenChange={close}
      />
      <ConfirmDialog
        open={asking === "submit"}
        onOpenChange={close}
        title={`Send ${formatCount(approved.length)} payouts?`}
        consequence={`${totalOf(approved)} leaves for the bank, to the accounts that were approved.`}
        confirmLabel={`Send ${totalOf(approved)}`}
        onConfirm={async () => {
          const { moved } = await submit.mutateAsync({ runId: run.id });
          await queryClient.invalidateQueries();
          showToast({ title: `${formatCount(moved)} payouts sent` });
        }}
      />
      <ConfirmDialog
        open={asking === "paid"}
        onOpenChange={close}
        title={`Mark ${formatCount(submitted.length)} payouts as paid?`}
        consequence={`The bank has executed ${totalOf(submitted)}. The ledger moves it from in transit to the bank, and the parties are told.`}
        confirmLabel="Mark all paid"
        onConfirm={async () => {
          const { moved } = await markPaid.mutateAsync({ runId: run.id });
          await queryClient.invalidateQueries();
          showToast({ title: `${formatCount(moved)} payouts paid`, tone: "arrived" });
        }}
      />
    </>
  );
}
