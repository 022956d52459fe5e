"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { limitSentence, maximaWords, SUBJECTS } from "@/components/limits/limit-words";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { showToast } from "@/components/ui/toast";
import type { LimitView } from "@/server/payments/schema/limits";
import { useOperatorTrpc } from "@/server/trpc/client";

interface RemoveLimitProps {
  limit: LimitView;
  /** The default that binds the subject when its own limit is gone. */
  fallback: LimitView | null;
  onClose: () => void;
}

/** Asks before a limit goes, and says what then binds. */
export function RemoveLimit({ limit, fallback, onClose }: RemoveLimitProps) {
  const trpc = useOperatorTrpc();
  const queryClient = useQueryClient();
  const remove = useMutation(trpc.limits.remove.mutationOptions());
  const who = limit.subject?.label ?? SUBJECTS[limit.kind].each;
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => open || onClose()}
      title={`Remove the limit of ${limit.subject ? limit.subject.label : `each ${SUBJECTS[limit.kind].one.toLowerCase()}`}?`}
      consequence={
        <>
          {limitSentence(limit)}{" "}
          {fallback
            ? `Without it, the default binds ${who}: ${maximaWords(fallback, fallback.period)}, with what was paid in this period already.`
            : `Without it, payments above ${maximaWords(limit, limit.period)} are no longer declined for it. Other limits, the funds and the score still decide.`}
        </>
      }
      confirmLabel="Remove the limit"
      danger
      onConfirm={async () => {
        await remove.mutateAsync({ limitId: limit.id });
        await queryClient.invalidateQueries(trpc.limits.pathFilter());
        showToast({
          title: "The limit is removed",
          description: `${who}: ${maximaWords(limit, limit.period)}`,
        });
      }}
    />
  );
}
