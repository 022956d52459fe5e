"use client";

import { useQueryClient } from "@tanstack/react-query";
import { type ComponentProps, useState } from "react";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/input";
import { KeyValueList } from "@/components/ui/key-value";
import { showToast } from "@/components/ui/toast";

export type Answer = "confirm" | "reject" | "withdraw";

const FAULTS: Record<string, string> = {
  same_person: "You proposed it yourself, so somebody else has to confirm it",
  invited_by_other: "You and who proposed it do not count as two people, as one brought the other in",
  account_too_new: "Your account was made after it was proposed",
  not_a_signer: "Only an admin or somebody of finance can confirm it",
  above_limit: "It is above what your role may sign within 24 hours",
  party_must_confirm: "The operator entered it, so somebody of the party has to confirm it",
  proposed_adjustment: "You, or somebody whom you brought in, proposed an adjustment that the run pays",
  not_entitled: "Another admin of the organisation has to confirm it",
  expired: "Nobody confirmed it in time",
};

/** Why the person who looks cannot be the second one, as a sentence without its end. */
export function faultWords(fault: string): string {
  return FAULTS[fault] ?? "You cannot confirm it";
}

interface AnswerButtonsProps {
  /** Whether the person who looks has proposed it. */
  mine: boolean;
  /** Why that person cannot confirm it. */
  fault: string | null;
  ask: (answer: Answer) => void;
}

/** The answers to a proposal that the person who looks can give. */
export function AnswerButtons({ mine, fault, ask }: AnswerButtonsProps) {
  return (
    <>
      {mine ? (
        <Button size="sm" onClick={() => ask("withdraw")}>
          Withdraw
        </Button>
      ) : (
        <Button size="sm" onClick={() => ask("reject")}>
          Reject
        </Button>
      )}
      {fault ? null : (
        <Button size="sm" variant="primary" onClick={() => ask("confirm")}>
          Confirm
        </Button>
      )}
    </>
  );
}

interface AnswerDialogProps {
  title: string;
  consequence: string;
  label: string;
  /** Said when it is done. */
  done: string;
  doneAbout?: string;
  /** Whose eyes the reason is for; given, a reason is demanded and the answer takes something away. */
  reasonReadBy?: string | undefined;
  facts: ComponentProps<typeof KeyValueList>["items"];
  /** Gives a sentence where it cannot be sent. */
  onSend: (reason: string) => Promise<string | undefined>;
  onClose: () => void;
}

/** Asks once more before an answer, with what it is about. */
export function AnswerDialog(props: AnswerDialogProps) {
  const { title, consequence, label, done, doneAbout, reasonReadBy, facts, onSend, onClose } = props;
  const queryClient = useQueryClient();
  const [reason, setReason] = useState("");

  async function send(): Promise<string | undefined> {
    const given = reason.trim();
    if (reasonReadBy && given.length < 3) return `Give the reason; ${reasonReadBy} it.`;
    const refused = await onSend(given);
    if (refused) return refused;
    await queryClient.invalidateQueries();
    showToast({ title: done, description: doneAbout });
    return undefined;
  }

  return (
    <ConfirmDialog
      open
      onOpenChange={(next) => !next && onClose()}
      title={title}
      consequence={consequence}
      confirmLabel={label}
      danger={reasonReadBy !== undefined}
      onConfirm={send}
    >
      <KeyValueList items={facts} />
      {reasonReadBy ? (
        <Field label="Reason" hint={`${reasonReadBy.charAt(0).toUpperCase()}${reasonReadBy.slice(1)} it`}>
          <Textarea rows={2} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
        </Field>
      ) : null}
    </ConfirmDialog>
  );
}
