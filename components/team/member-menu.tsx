"use client";

import { Ellipsis, KeyRound, UserMinus } from "lucide-react";
import { useState } from "react";
import { ResetDialog } from "@/components/team/reset-dialog";
import { roleLabel } from "@/components/team/role-words";
import type { Member, TeamActions } from "@/components/team/team-types";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { IconButton } from "@/components/ui/icon-button";
import { Menu } from "@/components/ui/menu";
import { showToast } from "@/components/ui/toast";
import { isRaise, type Role } from "@/server/identity/permissions";

interface MemberMenuProps {
  member: Member;
  roles: readonly string[];
  organisation: string;
  isMe: boolean;
  actions: TeamActions;
}

type Asking = { what: "role"; role: string } | { what: "revoke" } | { what: "reset" };

/** Another role, a new password, or out of the team; all ask first. */
export function MemberMenu({ member, roles, organisation, isMe, actions }: MemberMenuProps) {
  const [asking, setAsking] = useState<Asking | null>(null);
  const close = (open: boolean) => {
    if (!open) setAsking(null);
  };
  const newRole = asking?.what === "role" ? asking.role : member.role;
  return (
    <>
      <Menu
        trigger={<IconButton label={`Change ${member.name}`} hint={false} size="sm" icon={<Ellipsis />} />}
        entries={[
          { kind: "label", label: "Role" },
          ...roles.map((role) => ({
            label: roleLabel(role),
            checked: role === member.role,
            onSelect: () => {
              if (role !== member.role) setAsking({ what: "role", role });
            },
          })),
          { kind: "separator" as const },
          ...(actions.askReset && !isMe
            ? [{ label: "New password…", icon: <KeyRound />, onSelect: () => setAsking({ what: "reset" }) }]
            : []),
          {
            label: isMe ? "Leave the team" : "Take out of the team",
            icon: <UserMinus />,
            danger: true,
            onSelect: () => setAsking({ what: "revoke" }),
          },
        ]}
      />
      <ConfirmDialog
        open={asking?.what === "role"}
        onOpenChange={close}
        title={`Make ${member.name} ${roleLabel(newRole).toLowerCase()}?`}
        consequence={
          isRaise(member.role as Role, newRole as Role)
            ? `This role moves money, so a second admin has to confirm it. Until then ${member.name} stays ${roleLabel(member.role).toLowerCase()}.`
            : `From their next click on, ${member.name} may do in ${organisation} what the role ${roleLabel(newRole)} allows, and nothing else.`
        }
        confirmLabel={
          isRaise(member.role as Role, newRole as Role)
            ? "Propose it"
            : `Make ${roleLabel(newRole).toLowerCase()}`
        }
        onConfirm={async () => {
          const { waitsForSecond } = await actions.changeRole(member.id, newRole);
          showToast(
            waitsForSecond
              ? { title: "Proposed. Another admin confirms it", tone: "waiting" }
              : { title: `${member.name} is ${roleLabel(newRole).toLowerCase()} now`, tone: "arrived" },
          );
        }}
      />
      <ResetDialog
        open={asking?.what === "reset"}
        onOpenChange={close}
        name={member.name}
        onAsk={async () => {
          if (!actions.askReset) throw new Error("People come back by their mailbox here.");
          return await actions.askReset(member.id);
        }}
      />
      <ConfirmDialog
        open={asking?.what === "revoke"}
        onOpenChange={close}
        title={isMe ? `Leave ${organisation}?` : `Take ${member.name} out of ${organisation}?`}
        consequence={
          isMe
            ? "You lose access at once. Only another admin can let you in again."
            : `${member.name} loses access at once. What they did stays in the audit log.`
        }
        confirmLabel={isMe ? "Leave" : "Take out"}
        danger
        onConfirm={async () => {
          await actions.revoke(member.id);
          showToast({ title: isMe ? `You left ${organisation}` : `${member.name} is out of the team` });
        }}
      />
    </>
  );
}
