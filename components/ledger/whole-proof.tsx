"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleCheck, ShieldCheck, TriangleAlert } from "lucide-react";
import {
  ExportHead,
  FOLLOW_PROOF,
  ProofTime,
  tellNotStarted,
  Verdict,
} from "@/components/ledger/proof-pieces";
import { formatCount } from "@/components/money/format-count";
import { QueryView } from "@/components/query/query-view";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { Progress } from "@/components/ui/progress";
import { SkeletonCard } from "@/components/ui/skeleton";
import type { CheckResult } from "@/server/reporting/proof/schema";
import { useOperatorTrpc } from "@/server/trpc/client";

/** The proof of the whole: figures, approvals, reports, the log of evidence, the guards and the ledger. */
export function WholeProof() {
  const trpc = useOperatorTrpc();
  const queryClient = useQueryClient();
  const proof = useQuery(trpc.proof.whole.queryOptions(undefined, FOLLOW_PROOF));
  const start = useMutation(
    trpc.proof.start.mutationOptions({
      onSettled: () => queryClient.invalidateQueries(trpc.proof.whole.queryFilter()),
      onError: tellNotStarted,
    }),
  );
  return (
    <QueryView query={proof} what="The proof of everything" skeleton={<SkeletonCard lines={6} />}>
      {(data) => (
        <Card
          title="Does everything add up?"
          hint={<ProofTime {...data} />}
          actions={
            <Button
              size="sm"
              icon={<ShieldCheck />}
              loading={start.isPending || Boolean(data.running)}
              onClick={() => start.mutate()}
            >
              {data.running ? "Proving" : "Prove everything"}
            </Button>
          }
        >
          <div className="grid gap-3">
            {data.failure ? <Banner tone="loss">{data.failure}</Banner> : null}
            {data.running ? (
              <Progress
                label="Checks done"
                done={data.running.done.length}
                total={data.running.total}
                unit="checks"
              />
            ) : null}
            {data.last && !data.running ? <Verdict result={data.last} /> : null}
            <Checks checks={data.running ? data.running.done : (data.last?.checks ?? [])} />
            {data.last?.head && !data.running ? <KeepHead head={data.last.head} /> : null}
            {!data.last && !data.running ? (
              <p className="text-sm text-muted">
                Nothing was proved yet. The worker does it every night; the proof reads everything and changes
                nothing.
              </p>
            ) : null}
          </div>
        </Card>
      )}
    </QueryView>
  );
}

function KeepHead({ head }: { head: { height: number; hash: string } }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-3 border-t border-line-soft pt-3 text-sm text-muted">
      <p className="min-w-0 flex-1 basis-64">
        Keep the head of the log where nobody of the platform can write:{" "}
        <code className="font-mono text-xs">purse verify --head FILE</code> demands it unchanged.
      </p>
      <ExportHead head={head} chain="evidence">
        Export the log's head
      </ExportHead>
    </div>
  );
}

function Checks({ checks }: { checks: readonly CheckResult[] }) {
  if (checks.length === 0) return null;
  return (
    <ul className="grid gap-x-8 gap-y-1.5 text-sm xl:grid-cols-2">
      {checks.map((check) => (
        <li key={check.check} className={check.ok ? undefined : "xl:col-span-2"}>
          <div className="flex items-start gap-2">
            {check.ok ? (
              <CircleCheck aria-label="In order" className="mt-0.5 size-4 shrink-0 text-arrived" />
            ) : (
              <TriangleAlert aria-label="Contradiction" className="mt-0.5 size-4 shrink-0 text-loss" />
            )}
            <span className="min-w-0 break-words">
              {check.title}
              {check.ok ? null : `: ${formatCount(check.broken)}`}
            </span>
          </div>
          {check.findings.length > 0 ? (
            <ul className="mt-1 ml-6 grid gap-1 text-muted">
              {check.findings.map((finding) => (
                <li key={`${finding.subject} ${finding.message}`} className="break-words">
                  <span className="font-medium text-ink">{finding.subject}</span>: {finding.message}
                </li>
              ))}
            </ul>
          ) : null}
        </li>
      ))}
    </ul>
  );
}
