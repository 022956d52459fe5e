"use client";

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ShieldCheck, TriangleAlert } from "lucide-react";
import { LedgerFrame } from "@/components/ledger/ledger-frame";
import {
  ExportHead,
  FOLLOW_PROOF,
  ProofTime,
  tellNotStarted,
  Verdict,
} from "@/components/ledger/proof-pieces";
import { WholeProof } from "@/components/ledger/whole-proof";
import { formatCount } from "@/components/money/format-count";
import { QueryView } from "@/components/query/query-view";
import { RelativeTime } from "@/components/time/relative-time";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { CopyableId } from "@/components/ui/copyable-id";
import { KeyValueList } from "@/components/ui/key-value";
import { Progress } from "@/components/ui/progress";
import { SkeletonCard } from "@/components/ui/skeleton";
import type { ProofView } from "@/server/ledger/schema";
import { useOperatorTrpc } from "@/server/trpc/client";

const PARTS: Record<string, { label: string; unit: string }> = {
  chain: { label: "Sealed blocks hashed again", unit: "blocks" },
  counters: { label: "Histories of accounts walked", unit: "entries" },
  rest: { label: "Limits, double entry, sequence, clearing", unit: "" },
};

/** The head of the chain, the last proof, and the way to run it again. */
export function ProofPage() {
  const trpc = useOperatorTrpc();
  const queryClient = useQueryClient();
  const proof = useQuery(trpc.ledger.proof.queryOptions(undefined, FOLLOW_PROOF));
  const start = useMutation(
    trpc.ledger.startProof.mutationOptions({
      onSettled: () => queryClient.invalidateQueries(trpc.ledger.proof.queryFilter()),
      onError: tellNotStarted,
    }),
  );
  return (
    <LedgerFrame
      actions={
        <Button
          variant="primary"
          icon={<ShieldCheck />}
          loading={start.isPending || Boolean(proof.data?.running)}
          onClick={() => start.mutate()}
        >
          {proof.data?.running ? "Proving" : "Run the proof"}
        </Button>
      }
    >
      <WholeProof />
      <QueryView
        query={proof}
        what="The proof"
        skeleton={
          <div className="grid gap-4 xl:grid-cols-2">
            <SkeletonCard lines={6} />
            <SkeletonCard lines={6} />
          </div>
        }
      >
        {(data) => (
          <>
            {data.failure ? <Banner tone="loss">{data.failure}</Banner> : null}
            {data.running ? <Running running={data.running} /> : null}
            <div className="grid items-start gap-4 xl:grid-cols-2">
              <LastProof last={data.last} />
              <Head data={data} />
            </div>
            <Card title="What does the proof of the ledger check?">
              <ul className="grid list-inside list-disc gap-1 text-sm text-muted">
                <li>
                  Every sealed block is hashed again from its transfers and accounts; the first altered one is
                  named.
                </li>
                <li>Every account's counters follow, transfer by transfer, from the amounts.</li>
                <li>
                  No account is past its limit or closed without cause, and debits equal credits in every
                  currency.
                </li>
                <li>The sequence has no row above it, and the guards of the tables stand.</li>
                <li>Clearing is zero, or says what waits in it.</li>
              </ul>
            </Card>
          </>
        )}
      </QueryView>
    </LedgerFrame>
  );
}

function Running({ running }: { running: NonNullable<ProofView["running"]> }) {
  return (
    <Card title="The proof is running" hint={<ProofTime running={running} />}>
      <div className="grid gap-3">
        {Object.entries(PARTS).map(([part, { label, unit }]) => {
          const at = running.parts.find((each) => each.part === part);
          return (
            <Progress key={part} label={label} done={at?.done ?? 0} total={at?.total ?? 1} unit={unit} />
          );
        })}
        <Findings findings={running.findings} />
      </div>
    </Card>
  );
}

function LastProof({ last }: { last: ProofView["last"] }) {
  if (!last) {
    return (
      <Card title="What did the last proof find?">
        <p className="text-sm text-muted">
          None was run from the console yet. It reads every sealed block and every account, and changes
          nothing.
        </p>
      </Card>
    );
  }
  const { result } = last;
  return (
    <Card title="What did the last proof find?" hint={<ProofTime last={last} />}>
      <div className="grid gap-3">
        <Verdict result={result}>
          {formatCount(result.transfers)} transfers, {formatCount(result.accounts)} accounts and{" "}
          {formatCount(result.blocks)} blocks were read.
        </Verdict>
        <Findings findings={last.findings} />
        <KeyValueList
          items={[
            { label: "Sealed through number", value: formatCount(result.sealedThrough) },
            {
              label: "Numbers that were rolled back",
              value: formatCount(result.gaps),
              hint: "drawn and never used; nothing is wrong with that",
            },
            { label: "Notices", value: formatCount(result.notices) },
          ]}
        />
      </div>
    </Card>
  );
}

function Findings({ findings }: { findings: readonly { severity: string; message: string }[] }) {
  if (findings.length === 0) return null;
  return (
    <ul className="grid gap-1.5 text-sm">
      {findings.map((each) => (
        <li key={each.message} className="flex items-start gap-2">
          <TriangleAlert
            aria-label={each.severity === "broken" ? "Contradiction" : "Notice"}
            className={
              each.severity === "broken"
                ? "mt-0.5 size-4 shrink-0 text-loss"
                : "mt-0.5 size-4 shrink-0 text-waiting"
            }
          />
          <span className="min-w-0 break-words">{each.message}</span>
        </li>
      ))}
    </ul>
  );
}

function Head({ data: { head, newestSequence } }: { data: ProofView }) {
  if (!head) {
    return (
      <Card title="Where is the head of the chain?">
        <p className="text-sm text-muted">
          Nothing is sealed yet. The worker seals transfers into blocks a little behind the newest one.
        </p>
      </Card>
    );
  }
  const open = newestSequence === null ? 0 : Number(BigInt(newestSequence) - BigInt(head.lastSeq));
  return (
    <Card
      title="Where is the head of the chain?"
      hint={
        <>
          block {formatCount(BigInt(head.height))}, sealed <RelativeTime at={head.sealedAt} />
        </>
      }
      actions={
        <ExportHead head={head} chain="ledger">
          Export the head
        </ExportHead>
      }
      bodyClassName="pt-1"
    >
      <KeyValueList
        items={[
          { label: "Hash", value: <CopyableId id={head.hash} full className="break-all text-right" /> },
          { label: "Hash before it", value: <CopyableId id={head.previousHash} /> },
          {
            label: "Transfers in it",
            value: `${formatCount(head.transfers)}, numbers ${formatCount(BigInt(head.firstSeq))} to ${formatCount(BigInt(head.lastSeq))}`,
          },
          {
            label: "Not sealed yet",
            value: formatCount(Math.max(0, open)),
            hint: "proved by their counters until they are",
          },
        ]}
      />
      <p className="mt-3 border-t border-line-soft pt-3 text-sm text-muted">
        Keep exported heads where nobody of the platform can write. A later proof must find them in the chain
        unchanged: <code className="font-mono text-xs">purse ledger verify --head FILE</code> compares.
      </p>
    </Card>
  );
}
