"use client";

import { TriangleAlert } from "lucide-react";
import { type ReactNode, type RefObject, useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";

interface ConfirmDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** The action as a question, with the thing's name: "Approve the payout to Voltway?" */
  title: ReactNode;
  /** What happens, in money and names. */
  consequence: ReactNode;
  /** The action as a verb, never "OK". */
  confirmLabel: string;
  /** Closes the dialog when it resolves; a refusal is thrown or returned as text and shown. */
  // biome-ignore lint/suspicious/noConfusingVoidType: callers hand over event handlers and mutations alike.
  onConfirm: () => Promise<string | void> | string | void;
  danger?: boolean;
  /** Where typing begins; left out, at the first control. */
  initialFocus?: RefObject<HTMLElement | null>;
  /** Text that must be typed first, for what cannot be undone. */
  typeToConfirm?: string;
  /** Evidence: who created it, the total, what changed since. */
  children?: ReactNode;
}

/** Asks before something that moves money or cannot be taken back, and says what it will do. */
export function ConfirmDialog({
  open,
  onOpenChange,
  title,
  consequence,
  confirmLabel,
  onConfirm,
  danger,
  initialFocus,
  typeToConfirm,
  children,
}: ConfirmDialogProps) {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [typed, setTyped] = useState("");

  function change(next: boolean) {
    if (busy) return;
    setRefusal(null);
    setTyped("");
    onOpenChange(next);
  }

  async function confirm() {
    setBusy(true);
    setRefusal(null);
    try {
      const refused = await onConfirm();
      if (typeof refused === "string") setRefusal(refused);
      else {
        setTyped("");
        onOpenChange(false);
      }
    } catch (error) {
      setRefusal(error instanceof Error ? error.message : "It did not work. Nothing was changed.");
    } finally {
      setBusy(false);
    }
  }

  return (
    <Dialog
      open={open}
      onOpenChange={change}
      title={title}
      description={consequence}
      initialFocus={initialFocus}
      footer={
        <>
          <Button onClick={() => change(false)} disabled={busy}>
            Cancel
          </Button>
          <Button
            variant={danger ? "danger" : "primary"}
            loading={busy}
            disabled={typeToConfirm !== undefined && typed !== typeToConfirm}
            onClick={() => void confirm()}
          >
            {confirmLabel}
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        {children}
        {typeToConfirm === undefined ? null : (
          <Field label={`Type ${typeToConfirm} to go on`}>
            <Input
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
              autoComplete="off"
            />
          </Field>
        )}
        {refusal ? (
          <p
            role="alert"
            className="flex items-start gap-2 rounded-md bg-loss-soft px-3 py-2 text-sm text-loss"
          >
            <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
            {refusal}
          </p>
        ) : null}
      </div>
    </Dialog>
  );
}
