"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowLeftRight, Pause, Play, RadioTower, UserPlus } from "lucide-react";
import { useState } from "react";
import { BankAccountsOf } from "@/components/bank-accounts/account-pages";
import { SimpleTable } from "@/components/data-table/simple-table";
import type { DataColumn } from "@/components/data-table/types";
import { Crumbs } from "@/components/frame/crumbs";
import { usePortal } from "@/components/frame/portal-context";
import { LimitsOf } from "@/components/limits/limits-of";
import { kindWord } from "@/components/operator/organisations/organisation-words";
import { useConfirmActions } from "@/components/operator/organisations/use-confirm-actions";
import { QueryView } from "@/components/query/query-view";
import { CameBy } from "@/components/team/came-by";
import { InviteDialog } from "@/components/team/invite-dialog";
import { ResetDialog } from "@/components/team/reset-dialog";
import { roleLabel } from "@/components/team/role-words";
import { WaitingCard } from "@/components/team/waiting-card";
import { ExactTime, RelativeTime } from "@/components/time/relative-time";
import { Avatar } from "@/components/ui/avatar";
import { Badge } from "@/components/ui/badge";
import { Banner } from "@/components/ui/banner";
import { Button, ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { CopyableId } from "@/components/ui/copyable-id";
import { LongName } from "@/components/ui/long-name";
import { Dot, Page, PageHeader } from "@/components/ui/page-header";
import { SkeletonRows } from "@/components/ui/skeleton";
import { showToast } from "@/components/ui/toast";
import { useOperatorTrpc } from "@/server/trpc/client";

interface Member {
  id: string;
  name: string;
  email: string;
  role: string;
  joinedAt: string;
  lastSignInAt: string | null;
  cameBy: string | null;
}

const COLUMNS: readonly DataColumn<Member>[] = [
  {
    id: "name",
    header: "Person",
    cell: (row) => (
      <span className="flex min-w-0 items-center gap-2.5">
        <Avatar name={row.name} size="sm" />
        <LongName className="max-w-48 font-medium">{row.name}</LongName>
        <CameBy member={row} />
      </span>
    ),
  },
  {
    id: "email",
    header: "E-mail",
    priority: 2,
    cell: (row) => <LongName className="text-muted lg:max-w-64">{row.email}</LongName>,
  },
  { id: "role", header: "Role", priority: 1, cell: (row) => roleLabel(row.role) },
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
    id: "since",
    header: "Since",
    priority: 3,
    cell: (row) => <ExactTime at={row.joinedAt} format="date" className="text-muted" />,
  },
];

function resetColumn(onAsk: (member: Member) => void): DataColumn<Member> {
  return {
    id: "reset",
    header: "Actions",
    align: "right",
    priority: 2,
    cell: (row) => (
      <Button size="sm" variant="ghost" onClick={() => onAsk(row)}>
        New password…
      </Button>
    ),
  };
}

/** One tenant: who it is, who belongs to it, and whether it may come in. */
export function OrganisationPage({ id }: { id: string }) {
  const trpc = useOperatorTrpc();
  const { base, can } = usePortal();
  const queryClient = useQueryClient();
  const [inviting, setInviting] = useState(false);
  const [asking, setAsking] = useState(false);
  const organisation = useQuery(trpc.organisations.get.queryOptions({ organisationId: id }));
  const members = useQuery(trpc.organisations.members.queryOptions({ organisationId: id }));
  const onSuccess = () => queryClient.invalidateQueries(trpc.organisations.pathFilter());
  const suspend = useMutation(trpc.organisations.suspend.mutationOptions({ onSuccess }));
  const resume = useMutation(trpc.organisations.resume.mutationOptions({ onSuccess }));
  const invite = useMutation(trpc.organisations.inviteAdmin.mutationOptions({ onSuccess }));
  const waiting = useQuery(trpc.organisations.waiting.queryOptions({ organisationId: id }));
  const confirming = useConfirmActions();
  const askReset = useMutation(trpc.organisations.askReset.mutationOptions({ onSuccess }));
  const [letBack, setLetBack] = useState<Member | null>(null);
  const manages = can("organisations.manage");
  // Where mail is sent, people come back by their mailbox.
  const resets = manages && waiting.data?.mail === false;
  return (
    <Page>
      <QueryView
        query={organisation}
        what="This organisation"
        skeleton={<SkeletonRows rows={6} columns={4} />}
      >
        {(data) => {
          const suspended = data.suspendedAt !== null;
          return (
            <>
              <Crumbs items={[{ label: data.name }]} />
              <PageHeader
                title={data.name}
                aside={<Badge>{kindWord(data.kind)}</Badge>}
                meta={
                  <>
                    <CopyableId id={data.id} />
                    <Dot />
                    <span className="font-mono text-xs">{data.slug}</span>
                    <Dot />
                    <span>
                      since <ExactTime at={data.createdAt} format="date" />
                    </span>
                  </>
                }
                actions={
                  <>
                    {data.kind === "merchant" ? (
                      <>
                        <ButtonLink href={`${base}/payments?merchant=${id}`} icon={<ArrowLeftRight />}>
                          Payments
                        </ButtonLink>
                        <ButtonLink href={`${base}/devices?merchant=${id}`} icon={<RadioTower />}>
                          Devices
                        </ButtonLink>
                      </>
                    ) : null}
                    {manages && data.kind !== "operator" ? (
                      <Button
                        variant={suspended ? "primary" : "danger-quiet"}
                        icon={suspended ? <Play /> : <Pause />}
                        onClick={() => setAsking(true)}
                      >
                        {suspended ? "Let in again" : "Suspend"}
                      </Button>
                    ) : null}
                  </>
                }
              />
              {data.suspendedAt ? (
                <Banner tone="waiting" title="Suspended">
                  Its people cannot use its portal since <ExactTime at={data.suspendedAt} format="dateTime" />
                  .
                </Banner>
              ) : null}
              <Card
                title="Who belongs to it?"
                flush
                actions={
                  manages && members.data?.every((member) => member.role !== "admin") ? (
                    <Button size="sm" icon={<UserPlus />} onClick={() => setInviting(true)}>
                      Invite an admin
                    </Button>
                  ) : undefined
                }
              >
                <QueryView query={members} what="The team" skeleton={<SkeletonRows rows={4} columns={4} />}>
                  {(team) => (
                    <SimpleTable
                      label="Members"
                      columns={resets ? [...COLUMNS, resetColumn(setLetBack)] : COLUMNS}
                      rows={team}
                      rowId={(row) => row.id}
                      empty={
                        <p className="px-4 pb-4 text-sm text-muted">
                          Nobody yet. Invite an admin, who then invites everybody else.
                        </p>
                      }
                    />
                  )}
                </QueryView>
              </Card>
              <WaitingCard
                title="Not here yet, or not confirmed"
                invitations={waiting.data?.invitations ?? []}
                grants={waiting.data?.grants ?? []}
                resets={waiting.data?.resets ?? []}
                actions={confirming}
              />
              {data.kind === "operator" ? null : <BankAccountsOf organisation={{ id, name: data.name }} />}
              {data.kind === "merchant" ? <LimitsOf of={{ merchantId: id }} withProgram /> : null}
              <ConfirmDialog
                open={asking}
                onOpenChange={setAsking}
                title={suspended ? `Let ${data.name} in again?` : `Suspend ${data.name}?`}
                consequence={
                  suspended
                    ? "Its people can use its portal again at once."
                    : `Nobody of ${data.name} can use its portal from now on. Its devices go on taking payments and its share goes on being reckoned; suspend the devices one by one to stop them.`
                }
                confirmLabel={suspended ? "Let in" : "Suspend"}
                danger={!suspended}
                onConfirm={async () => {
                  await (suspended ? resume : suspend).mutateAsync({ organisationId: id });
                  showToast({ title: suspended ? `${data.name} is let in` : `${data.name} is suspended` });
                }}
              />
              <ResetDialog
                open={letBack !== null}
                onOpenChange={(open) => {
                  if (!open) setLetBack(null);
                }}
                name={letBack?.name ?? ""}
                onAsk={() => askReset.mutateAsync({ membershipId: letBack?.id ?? "" })}
              />
              {manages ? (
                <InviteDialog
                  open={inviting}
                  onOpenChange={setInviting}
                  roles={["admin"]}
                  organisation={data.name}
                  onInvite={({ email }) => invite.mutateAsync({ organisationId: id, email })}
                />
              ) : null}
            </>
          );
        }}
      </QueryView>
    </Page>
  );
}
