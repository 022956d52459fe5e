import { Check, Clock, X } from "lucide-react";
import { ExactTime } from "@/components/time/relative-time";
import { Card } from "@/components/ui/card";
import type { AgreementSummary } from "@/server/settlement/schema";

/** Who of the named parties has said what. It comes into force only when all have approved. */
export function AgreementAnswers({ agreement }: { agreement: AgreementSummary }) {
  const approved = agreement.answers.filter((each) => each.answer === "approved").length;
  return (
    <Card
      title="Who has answered?"
      hint={`${approved} of ${agreement.answers.length} approved; all of them must`}
      flush
    >
      <ul className="divide-y divide-line-soft border-t border-line-soft">
        {agreement.answers.map((each) => (
          <li key={each.party.id} className="flex items-start gap-2.5 px-4 py-2.5 text-sm">
            <AnswerIcon answer={each.answer} />
            <div className="min-w-0 flex-1">
              <p>{each.party.name}</p>
              {each.reason ? <p className="text-muted">{each.reason}</p> : null}
            </div>
            <span className="text-xs text-muted">
              {each.answeredAt ? <ExactTime at={each.answeredAt} /> : "waits"}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function AnswerIcon({ answer }: { answer: "approved" | "rejected" | null }) {
  if (answer === "approved") return <Check aria-label="Approved" className="mt-0.5 size-4 text-arrived" />;
  if (answer === "rejected") return <X aria-label="Rejected" className="mt-0.5 size-4 text-loss" />;
  return <Clock aria-label="Has not answered" className="mt-0.5 size-4 text-waiting" />;
}
