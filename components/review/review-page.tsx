"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleCheckBig } from "lucide-react";
import { useRouter } from "next/navigation";
import { useCallback, useEffect, useRef, useState } from "react";
import { Crumbs } from "@/components/frame/crumbs";
import { usePortal } from "@/components/frame/portal-context";
import { TwoPane } from "@/components/frame/two-pane";
import { formatAmount } from "@/components/money/format-amount";
import { QueryView } from "@/components/query/query-view";
import { CaseList } from "@/components/review/case-list";
import { type CaseFile, type CaseItem, isOpenCase, type Verdict } from "@/components/review/case-types";
import { CaseView } from "@/components/review/case-view";
import { EscalateDialog } from "@/components/review/escalate-dialog";
import { KeysHelp } from "@/components/review/keys-help";
import { undoLast, usePendingDecisions } from "@/components/review/pending-decisions";
import { QueueFooter, QueueHead } from "@/components/review/queue-head";
import { ReasonDialog } from "@/components/review/reason-dialog";
import { useCaseActions } from "@/components/review/use-case-actions";
import { type QueueTab, useReviewQueue } from "@/components/review/use-review-queue";
import { FirstUse } from "@/components/ui/empty-state";
import { shortenId } from "@/components/ui/shorten-id";
import { Skeleton } from "@/components/ui/skeleton";
import { useSingleKeys } from "@/components/ui/use-single-keys";
import type { DecisionReason } from "@/server/fraud/constants";
import { useAccountTrpc, useOperatorTrpc } from "@/server/trpc/client";

/** A second press of the same key right after the next case opened was meant for the one before. */
const SETTLE_MS = 350;

/** The review queue: payments that a score held back, to be decided one after the other. */
export function ReviewPage() {
  const { base, can } = usePortal();
  const router = useRouter();
  const trpc = useOperatorTrpc();
  const account = useAccountTrpc();
  const queryClient = useQueryClient();
  const me = useQuery(account.account.me.queryOptions()).data?.id ?? null;
  const queue = useReviewQueue();
  const pending = usePendingDecisions();
  const actions = useCaseActions();
  const [helpOpen, setHelpOpen] = useState(false);
  const [escalating, setEscalating] = useState(false);
  const [asking, setAsking] = useState<Verdict | null>(null);
  const [announced, setAnnounced] = useState("");
  const wantsFocus = useRef(false);
  const noteInput = useRef<HTMLTextAreaElement>(null);
  const file = useRef<CaseFile | null>(null);
  const openedAt = useRef(0);
  const keepFile = useCallback((next: CaseFile | null) => {
    file.current = next;
  }, []);

  const items = queue.items ?? [];
  const openId = queue.chosen ?? items[0]?.id ?? null;
  const at = items.findIndex(({ id }) => id === openId);
  const mayDecide = can("cases.decide");

  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when another case opens, whatever opened it.
  useEffect(() => {
    openedAt.current = performance.now();
  }, [openId]);

  // The neighbours are there before one asks for them.
  const neighbours = [items[at + 1]?.id, items[at - 1]?.id].filter((id) => id !== undefined).join(" ");
  useEffect(() => {
    for (const caseId of neighbours.split(" ").filter(Boolean)) {
      void queryClient
        .fetchQuery(trpc.cases.detail.queryOptions({ caseId }))
        .then(({ payment }) =>
          queryClient.prefetchQuery(trpc.settlement.splitPreview.queryOptions({ paymentId: payment.id })),
        )
        // Opening the case asks again and says what is wrong.
        .catch(() => {});
    }
  }, [neighbours, queryClient, trpc]);

  function open(item: CaseItem | undefined) {
    if (!item) return;
    queue.choose(item.id);
    const place = items.indexOf(item) + 1;
    setAnnounced(`${caseWords(item)}. ${place} of ${items.length}.`);
    wantsFocus.current = true;
  }

  /** The file at the right, when it can be decided now. */
  function decidable(): CaseFile | null {
    const { current } = file;
    if (!current || !mayDecide || current.case.id !== openId || pending.has(current.case.id)) return null;
    return isOpenCase(current.case) ? current : null;
  }

  function ask(verdict: Verdict) {
    if (decidable() && performance.now() - openedAt.current >= SETTLE_MS) setAsking(verdict);
  }

  function decide(verdict: Verdict, reason: DecisionReason) {
    setAsking(null);
    const decided = decidable()?.case;
    if (!decided) return;
    const next = items[at + 1] ?? items[at - 1];
    actions.decide(decided, verdict, reason, () => queue.choose(decided.id));
    queue.choose(next && next.id !== decided.id ? next.id : null);
    const done = verdict === "approve" ? "Approved" : "Declined";
    setAnnounced(
      next
        ? `${done}, undo with u within six seconds. Next: ${caseWords(next)}.`
        : `${done}, undo with u within six seconds. The queue is empty.`,
    );
    wantsFocus.current = true;
  }

  function claim() {
    const found = file.current?.case;
    if (!found || !mayDecide || !isOpenCase(found)) return;
    if (found.claim?.userId === me) void actions.release(found.id);
    else void actions.claim(found.id);
  }

  function escalate() {
    const found = file.current?.case;
    if (found && mayDecide && found.state === "open") setEscalating(true);
  }

  const keysOn = useSingleKeys({
    j: () => open(items[at + 1]),
    k: () => open(items[at < 0 ? 0 : at - 1]),
    c: claim,
    a: () => ask("approve"),
    d: () => ask("decline"),
    e: escalate,
    n: () => noteInput.current?.focus(),
    u: () => void (undoLast() && setAnnounced("Undone.")),
    o: () => file.current && router.push(`${base}/payments/${file.current.payment.id}`),
    "?": () => setHelpOpen(true),
  });

  const escalated = file.current;
  return (
    <>
      <h1 className="sr-only">Review queue</h1>
      {openId ? <Crumbs items={[{ label: shortenId(openId) }]} /> : null}
      <p role="status" className="sr-only">
        {announced}
      </p>
      <TwoPane
        listLabel="Cases waiting for a decision"
        showing={queue.chosen ? "detail" : "list"}
        list={
          <>
            <QueueHead
              tab={queue.tab}
              onTab={(tab) => queue.setTab(tab)}
              counts={queue.counts}
              dueSoon={queue.dueSoon}
            />
            <QueryView query={queue.query} what="The queue" skeleton={<ListSkeleton />}>
              {() =>
                items.length === 0 ? (
                  <EmptyQueue tab={queue.tab} />
                ) : (
                  <CaseList items={items} open={openId} me={me} tab={queue.tab} base={base} />
                )
              }
            </QueryView>
          </>
        }
        listFooter={<QueueFooter keysOn={keysOn} onHelp={() => setHelpOpen(true)} />}
      >
        {openId ? (
          <CaseView
            key={openId}
            id={openId}
            me={me}
            pending={pending.get(openId)?.verdict}
            actions={actions}
            keysOn={keysOn}
            onDecide={(_, verdict) => ask(verdict)}
            onEscalate={escalate}
            onBack={() => queue.choose(null)}
            onFile={keepFile}
            wantsFocus={wantsFocus}
            noteInput={noteInput}
          />
        ) : queue.query.isPending ? null : (
          <div className="flex h-full items-center justify-center">
            <EmptyQueue tab={queue.tab} large />
          </div>
        )}
      </TwoPane>
      <KeysHelp open={helpOpen} onOpenChange={setHelpOpen} />
      <ReasonDialog
        verdict={asking}
        subject={escalated ? caseWords(escalated.case) : "It"}
        onReason={decide}
        onClose={() => setAsking(null)}
      />
      <EscalateDialog
        open={escalating}
        onOpenChange={setEscalating}
        subject={escalated ? caseWords(escalated.case) : "It"}
        onEscalate={async (text) => {
          const found = file.current?.case;
          if (!found) return;
          const next = items[at + 1] ?? items[at - 1];
          await actions.escalate(found.id, text);
          queue.choose(next?.id ?? null);
          setAnnounced("Escalated.");
        }}
      />
    </>
  );
}

function caseWords(item: Pick<CaseItem, "amount" | "device" | "merchant">): string {
  const { amount, currency } = item.amount;
  return `${formatAmount(amount, { currency })} ${currency} at ${item.device?.name ?? item.merchant.name}`;
}

const EMPTY: Record<QueueTab, { title: string; words: string }> = {
  loss: {
    title: "Nothing waits for a decision",
    words: "Payments that the rules find suspicious are held and appear here within seconds.",
  },
  time: {
    title: "Nothing waits for a decision",
    words: "Payments that the rules find suspicious are held and appear here within seconds.",
  },
  mine: {
    title: "You have claimed no case",
    words: "Press c on a case to keep it to yourself for ten minutes.",
  },
  escalated: { title: "Nothing is escalated", words: "Cases that a reviewer hands on wait here." },
  decided: { title: "Nothing was decided today", words: "What is decided today stays here until midnight." },
};

function EmptyQueue({ tab, large }: { tab: QueueTab; large?: boolean }) {
  return (
    <FirstUse
      title={EMPTY[tab].title}
      icon={<CircleCheckBig aria-hidden className="text-arrived" />}
      className={large ? "py-24" : undefined}
    >
      {EMPTY[tab].words}
    </FirstUse>
  );
}

function ListSkeleton() {
  return (
    <div className="grid gap-4 p-4">
      {["a", "b", "c", "d", "e", "f"].map((key) => (
        <div key={key} className="flex gap-3.5">
          <Skeleton className="size-10 rounded-md" />
          <div className="grid flex-1 content-center gap-2">
            <Skeleton className="h-3.5 w-4/5" />
            <Skeleton className="h-3 w-3/5" />
          </div>
        </div>
      ))}
    </div>
  );
}
