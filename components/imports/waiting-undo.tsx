"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { usePortal } from "@/components/frame/portal-context";
import type { ImportItem } from "@/components/imports/import-words";
import { WhoGivesBack } from "@/components/imports/who-gives-back";
import { Money } from "@/components/money/money";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { showToast } from "@/components/ui/toast";
import { useOperatorTrpc } from "@/server/trpc/client";

/** A proposal to undo a settled import, for the second person to confirm. */
export function WaitingUndo({ item }: { item: ImportItem }) {
  const { can } = usePortal();
  const trpc = useOperatorTrpc();
  const queryClient = useQueryClient();
  const [isAsking, setIsAsking] = useState(false);
  const waiting = useQuery(
    trpc.confirmations.list.queryOptions(undefined, { enabled: can("payouts.read") && !item.undo }),
  );
  const confirm = useMutation(trpc.confirmations.confirm.mutationOptions());
  const withdraw = useMutation(trpc.confirmations.withdraw.mutationOptions());
  const proposal = waiting.data?.find((each) => each.import?.id === item.id);
  if (!proposal || item.undo) return null;
  const refresh = () =>
    Promise.all([
      queryClient.invalidateQueries(trpc.imports.pathFilter()),
      queryClient.invalidateQueries(trpc.confirmations.pathFilter()),
    ]);
  const mayAnswer = can("payouts.approve");
  return (
    <>
      <Banner
        tone="waiting"
        title="To undo this import waits for a second person."
        actions={
          <>
            {proposal.mine && mayAnswer ? (
              <Button
                size="sm"
                loading={withdraw.isPending}
                onClick={() =>
                  withdraw.mutate({ confirmationId: proposal.id }, { onSettled: () => void refresh() })
                }
              >
                Withdraw
              </Button>
            ) : null}
            {proposal.fault === null && mayAnswer ? (
              <Button size="sm" onClick={() => setIsAsking(true)}>
                Confirm…
              </Button>
            ) : null}
          </>
        }
      >
        {proposal.proposedBy ? `Proposed by ${proposal.proposedBy.name}` : "Proposed"}: {proposal.reason}
      </Banner>
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setIsAsking}
        title={`Undo ${item.fileName}?`}
        consequence={
          <>
            {proposal.amount ? <Money {...proposal.amount} /> : "All"} of {item.merchant.name}’s payments from
            this file is given back, and the next run takes each share back from whoever has it.
          </>
        }
        confirmLabel="Confirm the undo"
        danger
        onConfirm={async () => {
          if (proposal.sha256 === null) return "This proposal cannot be confirmed here.";
          await confirm.mutateAsync({ confirmationId: proposal.id, sha256: proposal.sha256 });
          showToast({ title: `${item.fileName} is being undone` });
          await refresh();
          return undefined;
        }}
      >
        <WhoGivesBack importId={item.id} />
      </ConfirmDialog>
    </>
  );
}
