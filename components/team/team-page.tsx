"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { usePortal } from "@/components/frame/portal-context";
import { QueryView } from "@/components/query/query-view";
import { TeamView } from "@/components/team/team-view";
import { Page } from "@/components/ui/page-header";
import { SkeletonRows } from "@/components/ui/skeleton";
import { type Role, rolesOf } from "@/server/identity/permissions";
import {
  type MerchantTrpc,
  useAccountTrpc,
  useAgencyTrpc,
  useMerchantTrpc,
  useOperatorTrpc,
} from "@/server/trpc/client";

export function MerchantTeamPage() {
  return <TeamPage trpc={useMerchantTrpc()} />;
}

export function AgencyTeamPage() {
  return <TeamPage trpc={useAgencyTrpc()} />;
}

export function OperatorTeamPage() {
  return <TeamPage trpc={useOperatorTrpc()} />;
}

/** The team of the organisation that the portal is open for. */
function TeamPage({ trpc }: { trpc: Pick<MerchantTrpc, "team"> }) {
  const account = useAccountTrpc();
  const { kind, can, name } = usePortal();
  const queryClient = useQueryClient();
  const team = useQuery(trpc.team.list.queryOptions());
  const me = useQuery(account.account.me.queryOptions());
  const onSuccess = () => queryClient.invalidateQueries(trpc.team.list.queryFilter());
  const invite = useMutation(trpc.team.invite.mutationOptions({ onSuccess }));
  const revokeInvitation = useMutation(trpc.team.revokeInvitation.mutationOptions({ onSuccess }));
  const releaseInvitation = useMutation(trpc.team.releaseInvitation.mutationOptions({ onSuccess }));
  const confirmRole = useMutation(trpc.team.confirmRole.mutationOptions({ onSuccess }));
  const withdrawRole = useMutation(trpc.team.withdrawRole.mutationOptions({ onSuccess }));
  const askReset = useMutation(trpc.team.askReset.mutationOptions({ onSuccess }));
  const releaseReset = useMutation(trpc.team.releaseReset.mutationOptions({ onSuccess }));
  const withdrawReset = useMutation(trpc.team.withdrawReset.mutationOptions({ onSuccess }));
  const changeRole = useMutation(trpc.team.changeRole.mutationOptions({ onSuccess }));
  const revoke = useMutation(trpc.team.revoke.mutationOptions({ onSuccess }));
  return (
    <Page>
      <QueryView query={team} what="The team" skeleton={<SkeletonRows rows={6} columns={4} />}>
        {({ members, invitations, grants, resets, mail }) => (
          <TeamView
            members={members}
            invitations={invitations}
            grants={grants}
            resets={resets}
            roles={rolesOf(kind)}
            organisation={name}
            me={me.data?.email ?? ""}
            actions={
              can("team.manage")
                ? {
                    invite: ({ email, role }) => invite.mutateAsync({ email, role: role as Role }),
                    releaseInvitation: (invitationId) => releaseInvitation.mutateAsync({ invitationId }),
                    confirmRole: (grantId) => confirmRole.mutateAsync({ grantId }).then(() => undefined),
                    withdrawRole: (grantId) => withdrawRole.mutateAsync({ grantId }).then(() => undefined),
                    revokeInvitation: (invitationId) =>
                      revokeInvitation.mutateAsync({ invitationId }).then(() => undefined),
                    changeRole: (membershipId, role) =>
                      changeRole.mutateAsync({ membershipId, role: role as Role }),
                    askReset: mail ? null : (membershipId) => askReset.mutateAsync({ membershipId }),
                    releaseReset: (resetId) => releaseReset.mutateAsync({ resetId }),
                    withdrawReset: (resetId) => withdrawReset.mutateAsync({ resetId }).then(() => undefined),
                    revoke: (membershipId) => revoke.mutateAsync({ membershipId }),
                  }
                : null
            }
          />
        )}
      </QueryView>
    </Page>
  );
}
