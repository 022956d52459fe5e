"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { formatAmount } from "@/components/money/format-amount";
import type { CaseItem, Verdict } from "@/components/review/case-types";
import { holdDecision } from "@/components/review/pending-decisions";
import { showToast } from "@/components/ui/toast";
import type { DecisionReason } from "@/server/fraud/constants";
import { useOperatorClient, useOperatorTrpc } from "@/server/trpc/client";
import { callErrorOf } from "@/server/trpc/query-client";

type Subject = Pick<CaseItem, "id" | "amount" | "device" | "merchant" | "claim">;

/** What a reviewer does with a case. Refusals, such as a colleague having been faster, are said and not thrown. */
export function useCaseActions() {
  const trpc = useOperatorTrpc();
  const client = useOperatorClient();
  const queryClient = useQueryClient();

  const refresh = useCallback(async () => {
    await Promise.all([
      queryClient.invalidateQueries(trpc.cases.pathFilter()),
      queryClient.invalidateQueries(trpc.reporting.attention.queryFilter()),
    ]);
  }, [queryClient, trpc]);

  const claim = useMutation(trpc.cases.claim.mutationOptions({ onSettled: refresh }));
  const release = useMutation(trpc.cases.release.mutationOptions({ onSettled: refresh }));
  const escalate = useMutation(trpc.cases.escalate.mutationOptions({ onSettled: refresh }));
  const note = useMutation(trpc.cases.addNote.mutationOptions({ onSettled: refresh }));

  /** Decides in six seconds. The case is claimed meanwhile, so that nobody else starts on it. */
  const decide = useCallback(
    (subject: Subject, verdict: Verdict, reason: DecisionReason, onUndo: () => void) => {
      const caseId = subject.id;
      const figure = `${formatAmount(subject.amount.amount, subject.amount)} ${subject.amount.currency}`;
      const where = subject.device?.name ?? subject.merchant.name;
      void client.cases.claim.mutate({ caseId }).catch(() => {
        // Whoever holds it is named when the decision is sent; until then nothing has happened.
      });
      holdDecision({
        caseId,
        verdict,
        title: verdict === "approve" ? `Approving ${figure}` : `Declining ${figure}`,
        description:
          verdict === "approve"
            ? `${where}: the hold is captured in 6 seconds.`
            : `${where}: the hold is released in 6 seconds.`,
        onUndo: () => {
          void refresh();
          onUndo();
        },
        send: async () => {
          try {
            await client.cases[verdict].mutate({ caseId, reason });
          } catch (error) {
            const failure = callErrorOf(error);
            showToast({
              title: failure?.message ?? "The decision did not reach the server.",
              description:
                failure?.reason === "case_already_decided"
                  ? `Your decision on ${figure} at ${where} was not needed; theirs stands.`
                  : `${figure} at ${where} is in the queue as before.`,
              tone: failure?.reason === "case_already_decided" ? "waiting" : "loss",
            });
          }
          await refresh();
        },
      });
    },
    [client, refresh],
  );

  const tell = (error: unknown) => {
    const failure = callErrorOf(error);
    showToast({ title: failure?.message ?? "The server did not answer. Nothing was changed.", tone: "loss" });
  };

  return {
    decide,
    claim: (caseId: string) => claim.mutateAsync({ caseId }).catch(tell),
    release: (caseId: string) => release.mutateAsync({ caseId }).catch(tell),
    escalate: (caseId: string, text: string) =>
      escalate.mutateAsync({ caseId, ...(text.trim() && { note: text.trim() }) }),
    note: (caseId: string, text: string) => note.mutateAsync({ caseId, text }),
    refresh,
  };
}

export type CaseActions = ReturnType<typeof useCaseActions>;
