"use client";

import { CircleCheck, Download, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { downloadText } from "@/components/charts/to-csv";
import { formatCount } from "@/components/money/format-count";
import { ExactTime, RelativeTime } from "@/components/time/relative-time";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { showToast } from "@/components/ui/toast";
import { callErrorOf } from "@/server/trpc/query-client";

/** How a page follows a proof: closely while it runs, now and then otherwise, since the worker proves by itself. */
export const FOLLOW_PROOF = {
  staleTime: 0,
  refetchInterval: ({ state }: { state: { data?: { running: unknown } | undefined } }) =>
    state.data?.running ? 500 : 15_000,
} as const;

export function tellNotStarted(error: unknown): void {
  showToast({ title: callErrorOf(error)?.message ?? "The server did not answer.", tone: "loss" });
}

/** When a proof runs since, or when it ended, who asked for it and how long it took. */
export function ProofTime({
  running,
  last,
}: {
  running?: { startedAt: string } | null;
  last?: { at: string; by: string | null; seconds: number } | null;
}) {
  if (running)
    return (
      <>
        started <RelativeTime at={running.startedAt} />. You can leave this page
      </>
    );
  if (!last) return null;
  return (
    <>
      <ExactTime at={last.at} format="dateTime" withOffset />, {last.by ? `${last.by}, ` : ""}
      {last.seconds} s
    </>
  );
}

/** What a proof found, in one line. */
export function Verdict({
  result,
  children,
}: {
  result: { ok: boolean; broken: number };
  children?: ReactNode;
}) {
  return (
    <Banner
      tone={result.ok ? "arrived" : "loss"}
      icon={result.ok ? <CircleCheck aria-hidden /> : <TriangleAlert aria-hidden />}
      title={
        result.ok
          ? "Nothing contradicts anything"
          : `${formatCount(result.broken)} ${result.broken === 1 ? "contradiction" : "contradictions"}`
      }
    >
      {children}
    </Banner>
  );
}

/** Downloads the head of a chain as `purse verify --head` reads it. */
export function ExportHead({
  head,
  chain,
  children,
}: {
  head: { height: string | number };
  chain: "ledger" | "evidence";
  children: ReactNode;
}) {
  return (
    <Button
      size="sm"
      variant="ghost"
      icon={<Download />}
      onClick={() =>
        downloadText(
          `${chain}-head-${head.height}.json`,
          `${JSON.stringify(head, null, 2)}\n`,
          "application/json",
        )
      }
    >
      {children}
    </Button>
  );
}
