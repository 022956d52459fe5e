import { termsOf } from "@/components/agreements/agreement-detail";
import { changedSteps, type StepChange } from "@/components/agreements/changed-steps";
import { stepWords } from "@/components/payments/payment-words";
import { Badge } from "@/components/ui/badge";
import { Card } from "@/components/ui/card";
import type { AgreementDetail } from "@/server/settlement/schema";

interface ChangesCardProps {
  agreement: AgreementDetail;
  before: AgreementDetail;
  currency: string;
}

/** What a version says differently from the one before it, step by step. */
export function ChangesCard({ agreement, before, currency }: ChangesCardProps) {
  const changes = changedSteps(termsOf(before), termsOf(agreement), currency);
  return (
    <Card
      title={`What changed since version ${before.version}?`}
      hint={changes.length === 0 ? undefined : `${changes.length} of its steps`}
      flush
    >
      {changes.length === 0 ? (
        <p className="border-t border-line-soft px-4 py-4 text-sm text-muted">
          No step. Dates, guarantees, or the order of rules may differ; the raw terms have all of it.
        </p>
      ) : (
        <ul className="divide-y divide-line-soft border-t border-line-soft">
          {changes.map((change) => (
            <ChangeLine key={`${change.rule}/${change.step}`} change={change} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function ChangeLine({ change }: { change: StepChange }) {
  return (
    <li className="grid gap-1 px-4 py-2.5 text-sm">
      <span className="flex flex-wrap items-center gap-2">
        <span className="font-medium">{stepWords(change.step)}</span>
        <span className="text-muted">{change.rule}</span>
        {change.before === null ? <Badge tone="arrived">New</Badge> : null}
        {change.after === null ? <Badge tone="loss">Gone</Badge> : null}
      </span>
      {change.before ? (
        <span className="flex gap-2 text-muted">
          <span className="w-10 shrink-0 text-xs leading-5">before</span>
          <del className="decoration-line-strong">{change.before}</del>
        </span>
      ) : null}
      {change.after ? (
        <span className="flex gap-2">
          <span className="w-10 shrink-0 text-xs leading-5 text-muted">now</span>
          <ins className="no-underline">{change.after}</ins>
        </span>
      ) : null}
    </li>
  );
}
