"use client";

import { Check, Clock, X } from "lucide-react";
import { Countdown } from "@/components/time/countdown";
import { ExactTime } from "@/components/time/relative-time";
import { Card } from "@/components/ui/card";
import type { AgreementSummary } from "@/server/settlement/schema";

type Answer = AgreementSummary["answers"][number];

const BECAUSE: Record<string, string> = {
  named: "named in it",
  named_before: "named by the version before",
  merchant: "merchant of the program",
};

/** Who must agree and who has: the operator's second person, the parties, the merchants. */
export function AgreementAnswers({ agreement }: { agreement: AgreementSummary }) {
  const { answers, merchants, operator, state } = agreement;
  const shown = answers.filter(({ party }) => party.kind === "merchant");
  const hidden = {
    asked: merchants.asked - shown.length,
    agreed: merchants.agreed - shown.filter(({ agreed }) => agreed).length,
  };
  const others = answers.filter(({ party }) => party.kind !== "merchant");
  const must = others.length + merchants.asked + 1;
  const have =
    others.filter(({ agreed }) => agreed).length + merchants.agreed + (operator.approvedAt ? 1 : 0);
  return (
    <Card
      title={state === "draft" ? "Who must agree?" : "Who has agreed?"}
      hint={state === "draft" ? `${must}, once it is proposed` : `${have} of ${must}; all of them must`}
      flush
    >
      <ul className="divide-y divide-line-soft border-t border-line-soft">
        <Row
          icon={<AnswerIcon answer={operator.approvedAt ? "approved" : null} />}
          name="The operator"
          detail={operatorWords(agreement)}
          end={operator.approvedAt ? <ExactTime at={operator.approvedAt} /> : waits(state)}
        />
        {[...others, ...shown].map((each) => (
          <Row
            key={each.party.id}
            icon={<AnswerIcon answer={each.answer ?? (each.agreed ? "approved" : null)} />}
            name={each.party.name}
            detail={each.reason ?? (each.because ? BECAUSE[each.because] : null)}
            end={<AnswerEnd each={each} state={state} />}
          />
        ))}
        {hidden.asked > 0 ? (
          <Row
            icon={<AnswerIcon answer={hidden.agreed === hidden.asked ? "approved" : null} />}
            name={hidden.asked === 1 ? "One other merchant" : `${hidden.asked} other merchants`}
            detail={null}
            end={`${hidden.agreed} agreed`}
          />
        ) : null}
      </ul>
      {agreement.expiresAt ? (
        <p className="border-t border-line-soft px-4 py-2.5 text-xs text-muted">
          Given up when not everybody has agreed by <ExactTime at={agreement.expiresAt} format="dateTime" />
        </p>
      ) : null}
    </Card>
  );
}

function operatorWords({ operator }: AgreementSummary): string {
  if (operator.approvedBy) return `approved by ${operator.approvedBy}`;
  if (operator.approvedAt) return "a second person has approved";
  if (operator.proposedBy) return `proposed by ${operator.proposedBy}; a second person has to approve`;
  return "two people: one proposes, another approves";
}

function waits(state: string): string {
  return state === "proposed" ? "waits" : "";
}

function AnswerEnd({ each, state }: { each: Answer; state: string }) {
  if (each.answeredAt) return <ExactTime at={each.answeredAt} />;
  if (each.agreed) return <>by standing consent</>;
  if (each.noticeEndsAt && state === "proposed") {
    return (
      <>
        notice, <Countdown until={each.noticeEndsAt} urgentMinutes={0} />
      </>
    );
  }
  return <>{waits(state)}</>;
}

interface RowProps {
  icon: React.ReactNode;
  name: string;
  detail: string | null | undefined;
  end: React.ReactNode;
}

function Row({ icon, name, detail, end }: RowProps) {
  return (
    <li className="flex items-start gap-2.5 px-4 py-2.5 text-sm">
      {icon}
      <div className="min-w-0 flex-1">
        <p>{name}</p>
        {detail ? <p className="text-xs text-muted">{detail}</p> : null}
      </div>
      <span className="shrink-0 text-xs leading-5 text-muted">{end}</span>
    </li>
  );
}

function AnswerIcon({ answer }: { answer: "approved" | "rejected" | null }) {
  if (answer === "approved")
    return <Check role="img" aria-label="Agrees" className="mt-0.5 size-4 shrink-0 text-arrived" />;
  if (answer === "rejected")
    return <X role="img" aria-label="Rejected" className="mt-0.5 size-4 shrink-0 text-loss" />;
  return <Clock role="img" aria-label="Has not answered" className="mt-0.5 size-4 shrink-0 text-waiting" />;
}
