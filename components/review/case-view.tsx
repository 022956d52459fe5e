"use client";

import { useQuery } from "@tanstack/react-query";
import { ArrowLeft, Check, User, X } from "lucide-react";
import Link from "next/link";
import { type ReactNode, type RefObject, useEffect, useRef } from "react";
import { usePortal } from "@/components/frame/portal-context";
import { Money } from "@/components/money/money";
import { QueryView } from "@/components/query/query-view";
import { CaseHistory } from "@/components/review/case-history";
import { CaseNotes } from "@/components/review/case-notes";
import { CaseTimeline } from "@/components/review/case-timeline";
import { type CaseFile, isOpenCase, type Verdict } from "@/components/review/case-types";
import { REASON_LABELS } from "@/components/review/decision-words";
import { IfYouDecide } from "@/components/review/if-you-decide";
import { LinkedPayments } from "@/components/review/linked-payments";
import { OverturnDecision } from "@/components/review/overturn-decision";
import { TapCard } from "@/components/review/tap-card";
import type { CaseActions } from "@/components/review/use-case-actions";
import { WhyScore } from "@/components/review/why-score";
import { Countdown } from "@/components/time/countdown";
import { ExactTime } from "@/components/time/relative-time";
import { ZoneProvider } from "@/components/time/zone-context";
import { Badge } from "@/components/ui/badge";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { CopyableId } from "@/components/ui/copyable-id";
import { Dot } from "@/components/ui/page-header";
import { Skeleton, SkeletonCard } from "@/components/ui/skeleton";
import { StatusBadge } from "@/components/ui/status-badge";
import { useOperatorTrpc } from "@/server/trpc/client";

interface CaseViewProps {
  id: string;
  me: string | null;
  /** A decision on it waits to be sent. */
  pending: Verdict | undefined;
  actions: CaseActions;
  keysOn: boolean;
  onDecide: (file: CaseFile, verdict: Verdict) => void;
  onEscalate: () => void;
  onBack: () => void;
  /** Told of the file as it is, for the keys of the page. */
  onFile: (file: CaseFile | null) => void;
  /** Set when the case was opened by a key or a decision: the focus then follows to its heading, once. */
  wantsFocus: RefObject<boolean>;
  noteInput: RefObject<HTMLTextAreaElement | null>;
}

/** One case: what it is about, why it was held, what each choice does, and all that helps to choose. */
export function CaseView(props: CaseViewProps) {
  const { id, onFile } = props;
  const trpc = useOperatorTrpc();
  const query = useQuery(trpc.cases.detail.queryOptions({ caseId: id }, { refetchInterval: 5_000 }));
  useEffect(() => onFile(query.data ?? null), [query.data, onFile]);
  return (
    <div className="grid gap-4 px-4 py-5 md:px-6">
      <QueryView query={query} what="This case" skeleton={<CaseSkeleton />}>
        {(file) => (
          <ZoneProvider zone={file.payment.program.timeZone} place={file.payment.program.name}>
            <Opened {...props} file={file} />
          </ZoneProvider>
        )}
      </QueryView>
    </div>
  );
}

function Opened(props: CaseViewProps & { file: CaseFile }) {
  const { file, me, pending, actions, noteInput } = props;
  const { can } = usePortal();
  return (
    <article aria-label={`Case ${file.case.id}`} className="grid gap-4">
      <CaseHeader {...props} />
      <Standing file={file} me={me} pending={pending} onChange={actions.refresh} />
      <div className="grid items-start gap-4 @3xl:grid-cols-[minmax(0,1.4fr)_minmax(0,1fr)]">
        {/* In one column the consequences come right after the reasons. */}
        <div className="contents gap-4 @3xl:grid">
          <WhyScore file={file} className="order-1" />
          <div className="order-3 grid items-start gap-4 @xl:grid-cols-2 @3xl:grid-cols-1 @5xl:grid-cols-2">
            <TapCard file={file} />
            <CaseHistory file={file} />
          </div>
          <LinkedPayments file={file} className="order-4" />
        </div>
        <div className="contents gap-4 @3xl:grid">
          {isOpenCase(file.case) ? <IfYouDecide file={file} className="order-2" /> : null}
          <CaseTimeline file={file} me={me} className="order-5" />
          <CaseNotes
            key={file.case.id}
            file={file}
            actions={actions}
            canWrite={can("cases.decide")}
            input={noteInput}
            className="order-6"
          />
        </div>
      </div>
    </article>
  );
}

function CaseHeader(props: CaseViewProps & { file: CaseFile }) {
  const { file, me, pending, actions, keysOn, onDecide, onEscalate, onBack, wantsFocus } = props;
  const { base, can } = usePortal();
  const { case: found, payment } = file;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (!wantsFocus.current) return;
    wantsFocus.current = false;
    heading.current?.focus({ preventScroll: true });
  }, [wantsFocus]);
  const open = isOpenCase(found) && !pending;
  const mine = found.claim !== null && found.claim.userId === me;
  const key = (letter: string) => (keysOn ? { shortcut: letter, "aria-keyshortcuts": letter } : {});
  return (
    <header>
      <button
        type="button"
        onClick={onBack}
        className="mb-2 flex items-center gap-1.5 text-sm text-muted hover:text-ink lg:hidden"
      >
        <ArrowLeft aria-hidden className="size-4" /> All cases
      </button>
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
          <h2
            ref={heading}
            tabIndex={-1}
            className="tabular text-2xl font-semibold tracking-[-0.01em] outline-none"
          >
            <Money {...payment.amount} emphasis="large" />
            <span className="sr-only">
              {" "}
              at {payment.device?.name ?? payment.merchant.name}, score {found.score} of 100
            </span>
          </h2>
          <StatusBadge kind="payment" state={payment.state} />
          {found.state === "escalated" ? <StatusBadge kind="case" state="escalated" /> : null}
          {open ? (
            <Badge tone="neutral">
              <Countdown until={found.dueAt} seconds />
            </Badge>
          ) : null}
          {open && found.claim ? (
            <Badge tone={mine ? "accent" : "waiting"} icon={<User aria-hidden />}>
              {mine ? (
                <>
                  Claimed by you, <Countdown until={found.claim.until} seconds urgentMinutes={0} />
                </>
              ) : (
                `Claimed by ${found.claim.name}`
              )}
            </Badge>
          ) : null}
        </div>
        {can("cases.decide") && open ? (
          <div className="flex flex-wrap items-center gap-2">
            {mine ? (
              <Button variant="ghost" {...key("c")} onClick={() => void actions.release(found.id)}>
                Give back
              </Button>
            ) : found.claim ? null : (
              <Button {...key("c")} onClick={() => void actions.claim(found.id)}>
                Claim
              </Button>
            )}
            {found.state === "escalated" ? null : (
              <Button {...key("e")} onClick={onEscalate}>
                Escalate
              </Button>
            )}
            <Button
              variant="danger-quiet"
              icon={<X />}
              {...key("d")}
              onClick={() => onDecide(file, "decline")}
            >
              Decline
            </Button>
            <Button
              variant="primary"
              icon={<Check />}
              {...key("a")}
              onClick={() => onDecide(file, "approve")}
            >
              Approve
            </Button>
          </div>
        ) : null}
      </div>
      <p className="mt-1 flex flex-wrap items-center gap-x-2 gap-y-1 text-sm text-muted">
        <Fact href={payment.device ? `${base}/devices/${payment.device.id}` : undefined}>
          {payment.device?.name ?? "No device"}
        </Fact>
        <Dot />
        <Fact href={`${base}/organisations/${payment.merchant.id}`}>{payment.merchant.name}</Fact>
        <Dot />
        <span>{payment.instrument}</span>
        <Dot />
        <span>
          tapped <ExactTime at={payment.occurredAt} format="seconds" />
        </span>
        <Dot />
        <Fact href={`${base}/payments/${payment.id}`}>Payment</Fact>
        <CopyableId id={payment.id} />
      </p>
    </header>
  );
}

function Fact({ href, children }: { href: string | undefined; children: ReactNode }) {
  if (!href) return <span>{children}</span>;
  return (
    <Link
      href={href}
      className="underline decoration-line-strong underline-offset-4 hover:text-ink hover:decoration-accent"
    >
      {children}
    </Link>
  );
}

/** Says it plainly when there is nothing to decide any more, or when somebody else is at it. */
function Standing({
  file,
  me,
  pending,
  onChange,
}: {
  file: CaseFile;
  me: string | null;
  pending: Verdict | undefined;
  onChange: () => Promise<unknown>;
}) {
  const { can } = usePortal();
  const { case: found } = file;
  if (pending) {
    return (
      <Banner tone="accent" title={pending === "approve" ? "You are approving it" : "You are declining it"}>
        It is sent in a few seconds. Until then it can be undone.
      </Banner>
    );
  }
  if (!isOpenCase(found)) {
    const by = found.decision?.by;
    const words: Record<string, string> = {
      approved: "Approved",
      declined: "Declined",
      expired: "Declined by the policy, because nobody decided in time",
      withdrawn: "Withdrawn: the device gave up waiting",
    };
    const { decision, overturn } = found;
    const why = decision?.reason ? `, ${REASON_LABELS[decision.reason].toLowerCase()}` : "";
    const byPerson = decision?.byId !== null && decision?.byId !== undefined;
    return (
      <>
        <Banner
          tone={found.state === "approved" ? "arrived" : found.state === "declined" ? "loss" : "neutral"}
          title={`${words[found.state] ?? found.state}${by ? ` by ${by}` : ""}${why}`}
          actions={
            byPerson && decision.byId !== me && !overturn && can("cases.decide") ? (
              <OverturnDecision file={file} onDone={onChange} />
            ) : undefined
          }
        >
          {decision ? <ExactTime at={decision.at} format="exact" /> : null}
          {decision?.note ? `: ${decision.note}` : null}
        </Banner>
        {overturn ? (
          <Banner
            tone="waiting"
            title={`Overturned by ${overturn.by ?? "a colleague"}: it should have been ${overturn.verdict}, ${REASON_LABELS[overturn.reason].toLowerCase()}`}
          >
            <ExactTime at={overturn.at} format="exact" />: {overturn.note}
          </Banner>
        ) : null}
      </>
    );
  }
  if (found.claim && found.claim.userId !== me) {
    return (
      <Banner tone="waiting" title={`${found.claim.name} works on this case`}>
        You can read it, and decide once the claim ends at <ExactTime at={found.claim.until} format="time" />.
      </Banner>
    );
  }
  return null;
}

function CaseSkeleton() {
  return (
    <div className="grid gap-4">
      <div className="grid gap-2">
        <Skeleton className="h-8 w-56" />
        <Skeleton className="h-4 w-96 max-w-full" />
      </div>
      <div className="grid gap-4 @3xl:grid-cols-[minmax(0,1.4fr)_minmax(0,1fr)]">
        <SkeletonCard lines={7} />
        <SkeletonCard lines={7} />
        <SkeletonCard lines={6} />
        <SkeletonCard lines={4} />
      </div>
    </div>
  );
}
