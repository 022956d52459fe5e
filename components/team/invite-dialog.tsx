"use client";

import { useState } from "react";
import { ROLE_WORDS, roleLabel } from "@/components/team/role-words";
import type { Invite, Issued } from "@/components/team/team-types";
import { TellCode } from "@/components/team/tell-code";
import { ExactTime } from "@/components/time/relative-time";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { emailSchema } from "@/server/identity/schema";

interface InviteDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  roles: readonly string[];
  organisation: string;
  onInvite: Invite;
}

/** Invites one address. Whoever invites never sees the link: it goes to the mailbox, or a second admin hands it over. */
export function InviteDialog({ open, onOpenChange, roles, organisation, onInvite }: InviteDialogProps) {
  const [email, setEmail] = useState("");
  const [role, setRole] = useState(roles.includes("viewer") ? "viewer" : (roles[0] ?? ""));
  const [refusal, setRefusal] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [issued, setIssued] = useState<(Issued & { email: string }) | null>(null);

  function close(next: boolean) {
    if (busy) return;
    onOpenChange(next);
    if (!next) {
      setEmail("");
      setRefusal(null);
      setIssued(null);
    }
  }

  async function send() {
    const checked = emailSchema.safeParse(email);
    if (!checked.success) {
      setRefusal(checked.error.issues[0]?.message ?? "Enter an e-mail address.");
      return;
    }
    setBusy(true);
    setRefusal(null);
    try {
      setIssued({ ...(await onInvite({ email: checked.data, role })), email: checked.data });
    } catch (error) {
      setRefusal(error instanceof Error ? error.message : "It did not work. Nothing was changed.");
    } finally {
      setBusy(false);
    }
  }

  return (
    <Dialog
      open={open}
      onOpenChange={close}
      title={issued ? headingOf(issued.state) : `Invite somebody to ${organisation}`}
      description={
        issued
          ? undefined
          : "They choose their own password. You can take the invitation back until they have used it."
      }
      footer={
        issued ? (
          <Button variant="primary" onClick={() => close(false)}>
            Done
          </Button>
        ) : (
          <>
            <Button onClick={() => close(false)} disabled={busy}>
              Cancel
            </Button>
            <Button variant="primary" loading={busy} onClick={() => void send()}>
              Invite
            </Button>
          </>
        )
      }
    >
      {issued ? (
        <div className="grid gap-3 text-sm text-muted">
          {issued.code ? <TellCode code={issued.code} to={issued.email} /> : null}
          <p>
            {issued.code ? (
              <>
                Another admin confirms the invitation until{" "}
                <ExactTime at={issued.expiresAt} format="dateTime" /> and hands over the link. Only code and
                link together let somebody in, so neither of you can come in as them.
              </>
            ) : issued.state === "waiting_for_release" ? (
              <>
                Letting somebody in takes two people here. Another admin confirms the invitation of{" "}
                <span className="font-medium text-ink">{issued.email}</span> until{" "}
                <ExactTime at={issued.expiresAt} format="dateTime" />; you cannot confirm it yourself.
              </>
            ) : (
              <>
                The link goes to <span className="font-medium text-ink">{issued.email}</span> and nowhere
                else. It works once, until <ExactTime at={issued.expiresAt} format="dateTime" />.
              </>
            )}
          </p>
        </div>
      ) : (
        <form
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            void send();
          }}
        >
          <Field label="E-mail" error={refusal ?? undefined}>
            <Input
              type="email"
              value={email}
              autoComplete="off"
              onChange={(event) => setEmail(event.currentTarget.value)}
            />
          </Field>
          <Field label="Role">
            <Select
              value={role}
              onValueChange={setRole}
              options={roles.map((value) => ({
                value,
                label: roleLabel(value),
                hint: ROLE_WORDS[value]?.may,
              }))}
            />
          </Field>
        </form>
      )}
    </Dialog>
  );
}

function headingOf(state: Issued["state"]): string {
  return state === "waiting_for_release" ? "Waiting for a second admin" : "The invitation is on its way";
}
