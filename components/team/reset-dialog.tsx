"use client";

import { useState } from "react";
import { TellCode } from "@/components/team/tell-code";
import { ExactTime } from "@/components/time/relative-time";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Dialog } from "@/components/ui/dialog";

interface ResetDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  name: string;
  /** Throws with a sentence when it was refused. */
  onAsk: () => Promise<{ code: string; expiresAt: string }>;
}

/** An admin asks that a member who lost their password comes back: the first of two people. */
export function ResetDialog({ open, onOpenChange, name, onAsk }: ResetDialogProps) {
  const [asked, setAsked] = useState<{ code: string; expiresAt: string } | null>(null);
  return (
    <>
      <ConfirmDialog
        open={open}
        onOpenChange={onOpenChange}
        title={`Let ${name} choose a new password?`}
        consequence={`Be sure that it is ${name} who asks. You get a code to tell them, and somebody else hands over the link: it takes both. From then on you count as having brought them in, so somebody else confirms what they do.`}
        confirmLabel="Make a code"
        onConfirm={async () => setAsked(await onAsk())}
      />
      <Dialog
        open={asked !== null}
        onOpenChange={(next) => {
          if (!next) setAsked(null);
        }}
        title="Waiting for a second person"
        footer={
          <Button variant="primary" onClick={() => setAsked(null)}>
            Done
          </Button>
        }
      >
        {asked ? (
          <div className="grid gap-3 text-sm text-muted">
            <TellCode code={asked.code} to={name} />
            <p>
              Somebody else confirms it on this page until{" "}
              <ExactTime at={asked.expiresAt} format="dateTime" /> and hands over the link.
            </p>
          </div>
        ) : null}
      </Dialog>
    </>
  );
}
