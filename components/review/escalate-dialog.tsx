"use client";

import { useState } from "react";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/input";

interface EscalateDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** "48.20 EUR at EV charger 0417" */
  subject: string;
  onEscalate: (note: string) => Promise<unknown>;
}

/** Hands a case on, with what the next person should know. */
export function EscalateDialog({ open, onOpenChange, subject, onEscalate }: EscalateDialogProps) {
  const [text, setText] = useState("");
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title="Escalate this case?"
      consequence={`${subject} leaves the open queue and waits under Escalated for somebody with more authority. Its time runs on.`}
      confirmLabel="Escalate"
      onConfirm={async () => {
        await onEscalate(text);
        setText("");
      }}
    >
      <Field label="What should they know?" optional>
        <Textarea
          rows={3}
          maxLength={4000}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      </Field>
    </ConfirmDialog>
  );
}
