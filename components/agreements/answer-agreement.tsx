"use client";

import { Check } from "lucide-react";
import { type ReactNode, useState } from "react";
import { ExactTime } from "@/components/time/relative-time";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/input";
import type { AgreementSummary } from "@/server/settlement/schema";

interface AnswerAgreementProps {
  agreement: AgreementSummary;
  /** In the dialog of an approval: what it means in money. */
  evidence?: ReactNode;
  /** Throws, or gives back a sentence, when it was refused. */
  onAnswer: (answer: "approved" | "rejected", reason?: string) => Promise<string | undefined>;
}

/** The two buttons of a party that was asked, each with what it leads to. */
export function AnswerAgreement({ agreement, evidence, onAnswer }: AnswerAgreementProps) {
  const [asking, setAsking] = useState<"approved" | "rejected" | null>(null);
  const [reason, setReason] = useState("");
  const { answers, merchants, operator } = agreement;
  const waiting =
    answers.filter(({ party, agreed }) => party.kind !== "merchant" && !agreed).length +
    (merchants.asked - merchants.agreed) +
    (operator.approvedAt ? 0 : 1);
  const others = waiting - 1;
  return (
    <>
      <Button variant="danger-quiet" onClick={() => setAsking("rejected")}>
        Reject with a reason
      </Button>
      <Button variant="primary" icon={<Check />} onClick={() => setAsking("approved")}>
        Approve version {agreement.version}
      </Button>
      <ConfirmDialog
        open={asking === "approved"}
        onOpenChange={(open) => setAsking(open ? "approved" : null)}
        title={`Approve version ${agreement.version}?`}
        consequence={
          <>
            {others > 0
              ? `${others} ${others === 1 ? "other has" : "others have"} not agreed yet. When all have, it`
              : "You are the last to answer. It"}{" "}
            decides how payments are split from <ExactTime at={agreement.effectiveFrom} format="dateTime" />.
            An approval cannot be taken back.
          </>
        }
        confirmLabel={`Approve version ${agreement.version}`}
        onConfirm={() => onAnswer("approved")}
      >
        {evidence}
      </ConfirmDialog>
      <ConfirmDialog
        open={asking === "rejected"}
        onOpenChange={(open) => setAsking(open ? "rejected" : null)}
        title={`Reject version ${agreement.version}?`}
        consequence="It will not come into force, for anybody. The version in force now stays, and every party reads your reason."
        confirmLabel={`Reject version ${agreement.version}`}
        danger
        onConfirm={async () => {
          if (reason.trim().length < 3) return "Say why, so that the operator knows what to change.";
          return await onAnswer("rejected", reason.trim());
        }}
      >
        <Field label="Reason">
          <Textarea rows={3} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
        </Field>
      </ConfirmDialog>
    </>
  );
}
