"use client";

import { useState } from "react";
import { roleLabel } from "@/components/team/role-words";
import type { ConfirmActions, Grant, Invitation, Released, Reset } from "@/components/team/team-types";
import { ExactTime } from "@/components/time/relative-time";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { CopyableId } from "@/components/ui/copyable-id";
import { Dialog } from "@/components/ui/dialog";
import { showToast } from "@/components/ui/toast";

interface WaitingCardProps {
  title: string;
  invitations: readonly Invitation[];
  grants: readonly Grant[];
  resets: readonly Reset[];
  /** Says of which organisation each is, where several are shown. */
  named?: boolean;
  /** Null for people who may only look. */
  actions: ConfirmActions | null;
}

type Asking =
  | { what: "release" | "withdraw"; invitation: Invitation }
  | { what: "confirm" | "refuse"; grant: Grant }
  | { what: "let back" | "not back"; reset: Reset };

/** Who was invited and is not here yet, and which roles wait for a second admin's yes. */
export function WaitingCard({ title, invitations, grants, resets, named, actions }: WaitingCardProps) {
  const [asking, setAsking] = useState<Asking | null>(null);
  const [shown, setShown] = useState<(Released & { to: string; by: string }) | null>(null);
  if (invitations.length + grants.length + resets.length === 0) return null;

  async function release(invitation: Invitation) {
    if (!actions) return;
    const released = await actions.releaseInvitation(invitation.id);
    if (released.url) {
      setShown({ ...released, to: invitation.email, by: invitation.createdByName ?? "whoever invited them" });
    } else showToast({ title: `The invitation goes to ${invitation.email}`, tone: "arrived" });
  }

  async function letBack(reset: Reset) {
    if (!actions) return;
    const released = await actions.releaseReset(reset.id);
    setShown({ ...released, to: reset.memberName, by: reset.requestedByName ?? "whoever asked" });
  }

  return (
    <Card title={title} flush>
      <ul className="divide-y divide-line-soft border-t border-line-soft">
        {grants.map((grant) => (
          <li key={grant.id} className="flex flex-wrap items-center gap-x-4 gap-y-1.5 px-4 py-2.5 text-sm">
            <span className="min-w-0 flex-1 basis-56">
              <span className="mr-2 font-medium">
                {grant.memberName} as {roleLabel(grant.role).toLowerCase()}
              </span>
              <Badge tone="waiting">Waits for a second admin</Badge>
              <span className="block text-xs text-muted">
                {named ? `${grant.organisationName}, ` : ""}
                {grant.proposedByName ? `proposed by ${grant.proposedByName}, ` : ""}
                <ExactTime at={grant.proposedAt} format="dateTime" />
              </span>
            </span>
            {actions ? (
              <span className="flex gap-2">
                {actions.withdrawRole ? (
                  <Button size="sm" variant="ghost" onClick={() => setAsking({ what: "refuse", grant })}>
                    Withdraw
                  </Button>
                ) : null}
                {grant.confirmFault === null ? (
                  <Button size="sm" onClick={() => setAsking({ what: "confirm", grant })}>
                    Confirm…
                  </Button>
                ) : null}
              </span>
            ) : null}
          </li>
        ))}
        {resets.map((reset) => (
          <li key={reset.id} className="flex flex-wrap items-center gap-x-4 gap-y-1.5 px-4 py-2.5 text-sm">
            <span className="min-w-0 flex-1 basis-56">
              <span className="mr-2 font-medium">New password for {reset.memberName}</span>
              <Badge tone="waiting">
                {reset.releasedByName ? "Link shown" : "Waits for a second person"}
              </Badge>
              <span className="block text-xs text-muted">
                {named && reset.organisationName ? `${reset.organisationName}, ` : ""}
                {reset.memberEmail}
                {reset.requestedByName ? `, asked for by ${reset.requestedByName}` : ""}
                {reset.releasedByName ? `, confirmed by ${reset.releasedByName}` : ""}, ends{" "}
                <ExactTime at={reset.expiresAt} format="dateTime" />
              </span>
            </span>
            {actions ? (
              <span className="flex gap-2">
                <Button size="sm" variant="ghost" onClick={() => setAsking({ what: "not back", reset })}>
                  Withdraw
                </Button>
                {reset.releaseFault === null && (!reset.releasedByName || reset.releasedByMe) ? (
                  <Button size="sm" onClick={() => setAsking({ what: "let back", reset })}>
                    {reset.releasedByMe ? "Show a new link…" : "Confirm…"}
                  </Button>
                ) : null}
              </span>
            ) : null}
          </li>
        ))}
        {invitations.map((invitation) => (
          <li
            key={invitation.id}
            className="flex flex-wrap items-center gap-x-4 gap-y-1.5 px-4 py-2.5 text-sm"
          >
            <span className="min-w-0 flex-1 basis-56">
              <span className="mr-2 break-all font-medium">{invitation.email}</span>
              <StateBadge invitation={invitation} />
              <span className="block text-xs text-muted">
                {named ? `${invitation.organisationName}, ` : ""}
                {roleLabel(invitation.role)}
                {invitation.createdByName ? `, invited by ${invitation.createdByName}` : ""}
                {invitation.releasedByName ? `, confirmed by ${invitation.releasedByName}` : ""}, ends{" "}
                <ExactTime at={invitation.expiresAt} format="dateTime" />
              </span>
            </span>
            {actions ? (
              <span className="flex gap-2">
                <Button size="sm" variant="ghost" onClick={() => setAsking({ what: "withdraw", invitation })}>
                  Withdraw
                </Button>
                {invitation.state === "waiting_for_release" && invitation.confirmFault === null ? (
                  <Button size="sm" onClick={() => setAsking({ what: "release", invitation })}>
                    Confirm…
                  </Button>
                ) : null}
                {invitation.state === "link_released" && invitation.releasedByMe ? (
                  <Button size="sm" onClick={() => setAsking({ what: "release", invitation })}>
                    Show a new link…
                  </Button>
                ) : null}
              </span>
            ) : null}
          </li>
        ))}
      </ul>
      <Ask
        asking={asking}
        actions={actions}
        onClose={() => setAsking(null)}
        onRelease={release}
        onLetBack={letBack}
      />
      <Dialog
        open={shown !== null}
        onOpenChange={(open) => {
          if (!open) setShown(null);
        }}
        title={`Give this link to ${shown?.to ?? "them"}`}
        description={`It works once, together with the code that ${shown?.by ?? "somebody else"} tells them. Do not ask for the code: so neither of you can come in as them.`}
        footer={
          <Button variant="primary" onClick={() => setShown(null)}>
            Done
          </Button>
        }
      >
        {shown?.url ? (
          <div className="grid gap-2 text-sm">
            <CopyableId id={shown.url} full className="rounded-md border border-line bg-bg p-3 text-ink" />
            <p className="text-muted">
              Works until <ExactTime at={shown.expiresAt} format="dateTime" />.
            </p>
          </div>
        ) : null}
      </Dialog>
    </Card>
  );
}

function StateBadge({ invitation }: { invitation: Invitation }) {
  switch (invitation.state) {
    case "waiting_for_release":
      return <Badge tone="waiting">Waits for a second admin</Badge>;
    case "waiting_for_mail":
      return (
        <Badge tone="waiting">{invitation.mailFailing ? "Mail is tried again" : "Mail is on its way"}</Badge>
      );
    case "mail_refused":
      return <Badge tone="loss">Mailbox refused</Badge>;
    case "mail_sent":
      return <Badge>Mail sent</Badge>;
    case "link_released":
      return <Badge tone="waiting">Link shown, unverified</Badge>;
  }
}

interface AskProps {
  asking: Asking | null;
  actions: ConfirmActions | null;
  onClose: () => void;
  onRelease: (invitation: Invitation) => Promise<void>;
  onLetBack: (reset: Reset) => Promise<void>;
}

function Ask({ asking, actions, onClose, onRelease, onLetBack }: AskProps) {
  const onOpenChange = (open: boolean) => {
    if (!open) onClose();
  };
  if (!asking || !actions) return null;
  switch (asking.what) {
    case "release": {
      const { email, role, organisationName, withoutMail, createdByName } = asking.invitation;
      return (
        <ConfirmDialog
          open
          onOpenChange={onOpenChange}
          title={`Let ${email} into ${organisationName}?`}
          consequence={
            withoutMail
              ? `You see the link and hand it over yourself, ${createdByName ?? "whoever invited them"} tells them a code; it takes both. Do so only if you know the person meant, who becomes ${roleLabel(role).toLowerCase()}.`
              : `${createdByName ?? "Somebody"} invited them as ${roleLabel(role).toLowerCase()}. With your yes the link goes to that mailbox.`
          }
          confirmLabel={withoutMail ? "Show the link" : "Confirm"}
          onConfirm={() => onRelease(asking.invitation)}
        />
      );
    }
    case "let back": {
      const { memberName, requestedByName } = asking.reset;
      return (
        <ConfirmDialog
          open
          onOpenChange={onOpenChange}
          title={`Let ${memberName} back in?`}
          consequence={`Ask ${memberName} yourself whether they lost their password; ${requestedByName ?? "an admin"} says so. You see the link and hand it over to them and to nobody else.`}
          confirmLabel="Show the link"
          onConfirm={() => onLetBack(asking.reset)}
        />
      );
    }
    case "not back":
      return (
        <ConfirmDialog
          open
          onOpenChange={onOpenChange}
          title={`Leave the password of ${asking.reset.memberName} as it is?`}
          consequence="Code and link stop working at once."
          confirmLabel="Withdraw"
          danger
          onConfirm={() => actions.withdrawReset(asking.reset.id)}
        />
      );
    case "withdraw":
      return (
        <ConfirmDialog
          open
          onOpenChange={onOpenChange}
          title="Withdraw this invitation?"
          consequence={`A link that ${asking.invitation.email} may have got stops working at once.`}
          confirmLabel="Withdraw"
          danger
          onConfirm={() => actions.revokeInvitation(asking.invitation.id)}
        />
      );
    case "confirm": {
      const { memberName, role, organisationName } = asking.grant;
      return (
        <ConfirmDialog
          open
          onOpenChange={onOpenChange}
          title={`Make ${memberName} ${roleLabel(role).toLowerCase()}?`}
          consequence={`From their next click on, ${memberName} may do in ${organisationName} what the role ${roleLabel(role)} allows.`}
          confirmLabel="Confirm"
          onConfirm={() => actions.confirmRole(asking.grant.id)}
        />
      );
    }
    case "refuse":
      return (
        <ConfirmDialog
          open
          onOpenChange={onOpenChange}
          title={`Leave ${asking.grant.memberName} as they are?`}
          consequence="The proposal goes; the role stays what it is."
          confirmLabel="Withdraw"
          danger
          onConfirm={async () => await actions.withdrawRole?.(asking.grant.id)}
        />
      );
  }
}
