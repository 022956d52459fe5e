"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { usePortal } from "@/components/frame/portal-context";
import type { ConfirmActions } from "@/components/team/team-types";
import { useOperatorTrpc } from "@/server/trpc/client";

/** What an operator decides about the teams of parties, as the second person; null without the permission. */
export function useConfirmActions(): ConfirmActions | null {
  const trpc = useOperatorTrpc();
  const { can } = usePortal();
  const queryClient = useQueryClient();
  const onSuccess = () => queryClient.invalidateQueries(trpc.organisations.pathFilter());
  const release = useMutation(trpc.organisations.releaseInvitation.mutationOptions({ onSuccess }));
  const revoke = useMutation(trpc.organisations.revokeInvitation.mutationOptions({ onSuccess }));
  const releaseReset = useMutation(trpc.organisations.releaseReset.mutationOptions({ onSuccess }));
  const withdrawReset = useMutation(trpc.organisations.withdrawReset.mutationOptions({ onSuccess }));
  const confirm = useMutation(trpc.organisations.confirmRole.mutationOptions({ onSuccess }));
  if (!can("organisations.manage")) return null;
  return {
    releaseInvitation: (invitationId) => release.mutateAsync({ invitationId }),
    revokeInvitation: (invitationId) => revoke.mutateAsync({ invitationId }).then(() => undefined),
    releaseReset: (resetId) => releaseReset.mutateAsync({ resetId }),
    withdrawReset: (resetId) => withdrawReset.mutateAsync({ resetId }).then(() => undefined),
    confirmRole: (grantId) => confirm.mutateAsync({ grantId }).then(() => undefined),
  };
}
