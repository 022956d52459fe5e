"use client";

import { UserPlus } from "lucide-react";
import { useState } from "react";
import { SimpleTable } from "@/components/data-table/simple-table";
import type { DataColumn } from "@/components/data-table/types";
import { CameBy } from "@/components/team/came-by";
import { InviteDialog } from "@/components/team/invite-dialog";
import { MemberMenu } from "@/components/team/member-menu";
import { ROLE_WORDS, roleLabel } from "@/components/team/role-words";
import type { Grant, Invitation, Member, Reset, TeamActions } from "@/components/team/team-types";
import { WaitingCard } from "@/components/team/waiting-card";
import { ExactTime, RelativeTime } from "@/components/time/relative-time";
import { Avatar } from "@/components/ui/avatar";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { LongName } from "@/components/ui/long-name";
import { PageHeader } from "@/components/ui/page-header";

interface TeamViewProps {
  members: readonly Member[];
  invitations: readonly Invitation[];
  grants: readonly Grant[];
  resets: readonly Reset[];
  /** Roles that exist in this kind of organisation. */
  roles: readonly string[];
  organisation: string;
  /** The signed-in person's e-mail, to mark them. */
  me: string;
  /** Null for people who may only look. */
  actions: TeamActions | null;
}

/** Who may enter the portal, as what, and who has been asked to. */
export function TeamView(props: TeamViewProps) {
  const { members, invitations, grants, resets, roles, organisation, me, actions } = props;
  const [inviting, setInviting] = useState(false);
  const columns: DataColumn<Member>[] = [
    {
      id: "name",
      header: "Person",
      cell: (row) => (
        <span className="flex min-w-0 items-center gap-2.5">
          <Avatar name={row.name} size="sm" />
          <span className="min-w-0">
            <LongName className="inline-block align-bottom font-medium max-md:max-w-44">{row.name}</LongName>
            {row.email === me ? <Badge className="ml-2">You</Badge> : null}
            <CameBy member={row} />
            <LongName className="text-xs text-muted max-md:max-w-52 md:hidden">
              {`${roleLabel(row.role)}, ${row.email}`}
            </LongName>
          </span>
        </span>
      ),
    },
    {
      id: "email",
      header: "E-mail",
      priority: 2,
      cell: (row) => <LongName className="text-muted lg:max-w-64">{row.email}</LongName>,
    },
    {
      id: "role",
      header: "Role",
      priority: 2,
      cell: (row) => <span title={ROLE_WORDS[row.role]?.may}>{roleLabel(row.role)}</span>,
    },
    {
      id: "seen",
      header: "Last sign-in",
      priority: 2,
      cell: (row) => (
        <span className="text-muted">
          {row.lastSignInAt ? <RelativeTime at={row.lastSignInAt} /> : "never"}
        </span>
      ),
    },
    {
      id: "joined",
      header: "Since",
      priority: 3,
      cell: (row) => <ExactTime at={row.joinedAt} format="date" className="text-muted" />,
    },
    ...(actions
      ? [
          {
            id: "more",
            header: "Actions",
            align: "right" as const,
            priority: 1 as const,
            cell: (row: Member) => (
              <MemberMenu
                member={row}
                roles={roles}
                organisation={organisation}
                isMe={row.email === me}
                actions={actions}
              />
            ),
          },
        ]
      : []),
  ];
  return (
    <>
      <PageHeader
        title="Team"
        meta={`${members.length} ${members.length === 1 ? "person" : "people"} of ${organisation}`}
        actions={
          actions ? (
            <Button variant="primary" icon={<UserPlus />} onClick={() => setInviting(true)}>
              Invite somebody
            </Button>
          ) : undefined
        }
      />
      <Card flush>
        <SimpleTable label="Members" columns={columns} rows={members} rowId={(row) => row.id} />
      </Card>
      <WaitingCard
        title="Not here yet, or not confirmed"
        invitations={invitations}
        grants={grants}
        resets={resets}
        actions={actions}
      />
      <RoleCard roles={roles} />
      {actions ? (
        <InviteDialog
          open={inviting}
          onOpenChange={setInviting}
          roles={roles}
          organisation={organisation}
          onInvite={actions.invite}
        />
      ) : null}
    </>
  );
}

function RoleCard({ roles }: { roles: readonly string[] }) {
  return (
    <Card title="What may each role do?" bodyClassName="pt-1">
      <dl className="divide-y divide-line-soft text-sm">
        {roles.map((role) => (
          <div key={role} className="grid gap-x-4 py-2 sm:grid-cols-[9rem_1fr]">
            <dt className="font-medium">{roleLabel(role)}</dt>
            <dd className="text-muted">{ROLE_WORDS[role]?.may}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
