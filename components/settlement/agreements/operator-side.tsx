"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Check } from "lucide-react";
import { useState } from "react";
import { usePortal } from "@/components/frame/portal-context";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/input";
import { showToast } from "@/components/ui/toast";
import type { AgreementDetail } from "@/server/settlement/schema";
import { useOperatorTrpc } from "@/server/trpc/client";

const FAULTS: Record<string, string> = {
  same_person: "You drafted or proposed it, so somebody else of the operator has to approve it.",
  invited_by_other: "You and whoever proposed it count as one, because one of you invited the other.",
  account_too_new: "Your account is younger than the draft, so you cannot be its second person.",
};

/** Why the signed-in person cannot be the operator's second person; null when they can, or nothing waits for one. */
export function operatorFault({ state, operator, ownFault }: AgreementDetail): string | null {
  if (state !== "proposed" || operator.approvedAt || !ownFault) return null;
  return FAULTS[ownFault] ?? "Somebody else of the operator has to approve it.";
}

/** What the operator's people can do with a proposal: the second person approves, anybody takes it back. */
export function OperatorSide({ agreement }: { agreement: AgreementDetail }) {
  const trpc = useOperatorTrpc();
  const { can } = usePortal();
  const queryClient = useQueryClient();
  const [asking, setAsking] = useState<"approve" | "withdraw" | null>(null);
  const [reason, setReason] = useState("");
  const approve = useMutation(trpc.agreements.approve.mutationOptions());
  const withdraw = useMutation(trpc.agreements.withdraw.mutationOptions());
  const { operator } = agreement;
  const mayApprove = can("agreements.approve") && !operator.approvedAt && !agreement.ownFault;
  return (
    <>
      {can("agreements.write") ? (
        <Button variant="danger-quiet" onClick={() => setAsking("withdraw")}>
          Withdraw
        </Button>
      ) : null}
      {mayApprove ? (
        <Button variant="primary" icon={<Check />} onClick={() => setAsking("approve")}>
          Approve for the operator
        </Button>
      ) : null}
      <ConfirmDialog
        open={asking === "approve"}
        onOpenChange={(open) => setAsking(open ? "approve" : null)}
        title={`Approve version ${agreement.version} for the operator?`}
        consequence={`Drafted by ${operator.draftedBy ?? "somebody unknown"}, proposed by ${operator.proposedBy ?? "somebody unknown"}. It comes into force when every party and every merchant has agreed as well. An approval cannot be taken back.`}
        confirmLabel="Approve it"
        onConfirm={async () => {
          await approve.mutateAsync({ agreementId: agreement.id });
          await queryClient.invalidateQueries();
          showToast({ title: `Version ${agreement.version} approved for the operator`, tone: "arrived" });
        }}
      />
      <ConfirmDialog
        open={asking === "withdraw"}
        onOpenChange={(open) => setAsking(open ? "withdraw" : null)}
        title={`Withdraw version ${agreement.version}?`}
        consequence="It will not come into force. Everybody who was asked reads your reason; the version in force now stays."
        confirmLabel="Withdraw it"
        danger
        onConfirm={async () => {
          if (reason.trim().length < 3) return "Say why, so that whoever was asked knows.";
          await withdraw.mutateAsync({ agreementId: agreement.id, reason: reason.trim() });
          await queryClient.invalidateQueries();
          showToast({ title: `Version ${agreement.version} withdrawn` });
          return undefined;
        }}
      >
        <Field label="Reason">
          <Textarea rows={3} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
        </Field>
      </ConfirmDialog>
    </>
  );
}
