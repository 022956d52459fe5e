"use client";

import { useMutation } from "@tanstack/react-query";
import { CheckCheck } from "lucide-react";
import Link from "next/link";
import { useState } from "react";
import { type Answer, AnswerButtons, AnswerDialog, faultWords } from "@/components/confirmations/answers";
import { answerPath, consequenceWords, waitingTitle } from "@/components/confirmations/confirmation-words";
import { usePortal } from "@/components/frame/portal-context";
import { usePrograms } from "@/components/frame/programs-context";
import { RelativeTime } from "@/components/time/relative-time";
import { ButtonLink } from "@/components/ui/button";
import { Card } from "@/components/ui/card";
import { FirstUse } from "@/components/ui/empty-state";
import type { WaitingView } from "@/server/settlement/schema";
import { useOperatorTrpc } from "@/server/trpc/client";

type Asking = { answer: Answer; row: WaitingView };

/** Their titles say of which program they are. */
const NAMES_PROGRAM: ReadonlySet<string> = new Set([
  "run.approve",
  "agreement.approve",
  "program_terms.confirm",
]);

/** Everything that one person proposed and another has to confirm, the oldest first. */
export function WaitingList({ rows }: { rows: readonly WaitingView[] }) {
  const [asking, setAsking] = useState<Asking | null>(null);
  if (rows.length === 0) {
    return (
      <Card>
        <FirstUse title="Nothing waits" icon={<CheckCheck aria-hidden />}>
          Agreements, settlement runs, adjustments, payout rules, payouts that came back, bank accounts,
          calendars, limits, invitations and roles stand here until a second person has confirmed them.
        </FirstUse>
      </Card>
    );
  }
  return (
    <>
      <Card title="What waits?" hint={`${rows.length}, the oldest first`} flush>
        <ul className="divide-y divide-line-soft border-t border-line-soft">
          {rows.map((row) => (
            <Waiting key={row.id} row={row} ask={setAsking} />
          ))}
        </ul>
      </Card>
      {asking ? <AnswerWaiting {...asking} onClose={() => setAsking(null)} /> : null}
    </>
  );
}

function Waiting({ row, ask }: { row: WaitingView; ask: (asking: Asking) => void }) {
  const { base, can } = usePortal();
  const path = answerPath(base, row);
  const title = useTitle(row);
  const answers = can("payouts.approve");
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3 text-sm">
      <div className="min-w-0 flex-1 basis-72">
        <p className="font-medium">{title}</p>
        <p className="text-muted">
          {row.reason ? `"${row.reason}" · ` : ""}
          {row.program && !NAMES_PROGRAM.has(row.action) ? `${row.program.name} · ` : ""}
          {row.payout ? (
            <>
              <Link
                href={`${base}/settlement/payouts/${row.payout.id}`}
                className="underline underline-offset-4"
              >
                {row.payout.reference}
              </Link>
              {" · "}
            </>
          ) : null}
          {row.import ? (
            <>
              <Link href={`${base}/imports/${row.import.id}`} className="underline underline-offset-4">
                {row.import.fileName}
              </Link>
              {" · "}
            </>
          ) : null}
          {row.proposedBy
            ? `${row.proposedBy.name}${row.proposedBy.organisation ? `, ${row.proposedBy.organisation}` : ""}`
            : "the calendar"}{" "}
          <RelativeTime at={row.proposedAt} />
          {row.expiresAt ? (
            <>
              {" · void "}
              <RelativeTime at={row.expiresAt} />
            </>
          ) : null}
        </p>
        {row.fault ? <p className="text-xs text-waiting">{faultWords(row.fault)}.</p> : null}
      </div>
      {path ? (
        <ButtonLink href={path} size="sm">
          Look at it
        </ButtonLink>
      ) : answers ? (
        <div className="flex items-center gap-2">
          <AnswerButtons {...row} ask={(answer) => ask({ answer, row })} />
        </div>
      ) : null}
    </li>
  );
}

function AnswerWaiting({ answer, row, onClose }: Asking & { onClose: () => void }) {
  const trpc = useOperatorTrpc();
  const title = useTitle(row);
  const confirm = useMutation(trpc.confirmations.confirm.mutationOptions());
  const reject = useMutation(trpc.confirmations.reject.mutationOptions());
  const withdraw = useMutation(trpc.confirmations.withdraw.mutationOptions());
  const words = {
    confirm: {
      title: "Confirm this?",
      consequence: consequenceWords(row.action),
      label: "Confirm",
      done: "Confirmed",
    },
    reject: {
      title: "Reject this?",
      consequence: "Nothing happens. Who proposed it reads the reason.",
      label: "Reject",
      done: "Rejected",
    },
    withdraw: {
      title: "Withdraw this?",
      consequence: "Nothing happens. It can be proposed again.",
      label: "Withdraw",
      done: "Withdrawn",
    },
  }[answer];

  async function send(reason: string): Promise<undefined> {
    const confirmationId = row.id;
    if (answer === "confirm") await confirm.mutateAsync({ confirmationId, sha256: row.sha256 ?? "" });
    else if (answer === "reject") await reject.mutateAsync({ confirmationId, reason });
    else await withdraw.mutateAsync({ confirmationId });
  }

  return (
    <AnswerDialog
      {...words}
      doneAbout={title}
      reasonReadBy={answer === "reject" ? "who proposed it reads" : undefined}
      facts={[
        { label: "What", value: title },
        ...(row.action === "payout_rule.set" ? [{ label: "Held back", value: row.held ? "yes" : "no" }] : []),
        ...(row.reason ? [{ label: "Reason", value: row.reason }] : []),
        ...(row.program ? [{ label: "Program", value: row.program.name }] : []),
        { label: "Proposed by", value: row.proposedBy?.name ?? "the platform" },
      ]}
      onSend={send}
      onClose={onClose}
    />
  );
}

/** One line that says what would happen, in the currencies of the programs. */
function useTitle(row: WaitingView): string {
  const { currencies } = usePrograms();
  return waitingTitle(row, currencies);
}
