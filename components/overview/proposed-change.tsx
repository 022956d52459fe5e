"use client";

import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { termsOf } from "@/components/agreements/agreement-detail";
import { changedSteps } from "@/components/agreements/changed-steps";
import { usePortal } from "@/components/frame/portal-context";
import { stepWords } from "@/components/payments/payment-words";
import { ExactTime } from "@/components/time/relative-time";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { useAgencyTrpc } from "@/server/trpc/client";

interface ProposedChangeProps {
  programId: string;
  currency: string;
  /** Shown when nothing waits after all. */
  fallback: ReactNode;
}

/** What the proposed version changes against the one in force, step by step, and the way to answer. */
export function ProposedChange({ programId, currency, fallback }: ProposedChangeProps) {
  const trpc = useAgencyTrpc();
  const { base } = usePortal();
  const versions = useQuery(trpc.agreements.list.queryOptions({ programId, limit: 50 }));
  const proposed = versions.data?.items.find(
    (each) => each.state === "proposed" && each.ownAnswer === "waiting",
  );
  const inForce = versions.data?.items.find((each) => each.state === "in_force");
  const next = useQuery(
    trpc.agreements.get.queryOptions(
      { agreementId: proposed?.id ?? "" },
      { enabled: proposed !== undefined },
    ),
  );
  const now = useQuery(
    trpc.agreements.get.queryOptions({ agreementId: inForce?.id ?? "" }, { enabled: inForce !== undefined }),
  );
  if (!proposed) return <>{fallback}</>;
  const changes = next.data && now.data ? changedSteps(termsOf(now.data), termsOf(next.data), currency) : [];
  const approved = proposed.answers.filter((each) => each.answer === "approved").length;
  return (
    <Card
      title={`What would version ${proposed.version} change?`}
      hint={
        <>
          From <ExactTime at={proposed.effectiveFrom} format="dateTime" />, {approved} of{" "}
          {proposed.answers.length} parties approved
        </>
      }
      footer={
        <span className="flex w-full flex-wrap justify-end gap-2">
          <ButtonLink href={`${base}/agreements/${proposed.id}`} variant="primary">
            Read and answer
          </ButtonLink>
        </span>
      }
    >
      {changes.length === 0 ? (
        <p className="text-sm text-muted">
          {next.data && now.data ? "The rules are the same; only the date is new." : "Comparing the rules…"}
        </p>
      ) : (
        <ul className="grid gap-3 text-sm">
          {changes.slice(0, 5).map((change) => (
            <li key={`${change.rule}/${change.step}`}>
              <p className="font-medium">
                {change.rule} <span className="font-normal text-muted">{stepWords(change.step)}</span>
              </p>
              <p className="text-muted">
                {change.before === null ? null : <s className="decoration-line-strong">{change.before}</s>}{" "}
                <span className="text-ink">{change.after ?? "is left out"}</span>
              </p>
            </li>
          ))}
          {changes.length > 5 ? <li className="text-muted">and {changes.length - 5} more</li> : null}
        </ul>
      )}
    </Card>
  );
}
