"use client";

import type { ReactNode } from "react";
import { AgreementAnswers } from "@/components/agreements/agreement-answers";
import { AgreementTerms } from "@/components/agreements/agreement-terms";
import { changedSteps } from "@/components/agreements/changed-steps";
import type { NameOf } from "@/components/agreements/step-sentence";
import { stepWords } from "@/components/payments/payment-words";
import { ExactTime } from "@/components/time/relative-time";
import { Banner } from "@/components/ui/banner";
import { Card } from "@/components/ui/card";
import { CopyableId } from "@/components/ui/copyable-id";
import { JsonView } from "@/components/ui/json-view";
import { KeyValueList } from "@/components/ui/key-value";
import { Dot, PageHeader } from "@/components/ui/page-header";
import { StatusBadge } from "@/components/ui/status-badge";
import type { Agreement } from "@/server/settlement/agreement/shape";
import type { AgreementDetail } from "@/server/settlement/schema";

interface AgreementDetailProps {
  agreement: AgreementDetail;
  /** Terms that govern now, to mark what this version would change. */
  inForce?: AgreementDetail | undefined;
  currency: string;
  nameOf: NameOf;
  /** Slug of the organisation that reads. */
  own?: string;
  /** Approve and reject, or what the operator may do. */
  actions?: ReactNode;
  /** Above the rules: what it would have changed, in money. */
  comparison?: ReactNode;
}

const OUTCOMES = {
  rejected: "Rejected by one who was asked",
  withdrawn: "Withdrawn by the operator",
  expired: "Expired without everybody's answer",
};

/** Terms are stored as they were validated when they were drafted, so their form is known. */
export function termsOf(agreement: AgreementDetail): Agreement {
  return agreement.terms as unknown as Agreement;
}

/** One version of a program's agreement: in words, with its answers and its fingerprint. */
export function AgreementDetailView(props: AgreementDetailProps) {
  const { agreement, inForce, currency, nameOf, own, actions, comparison } = props;
  const before = inForce && inForce.id !== agreement.id ? termsOf(inForce) : undefined;
  return (
    <>
      <PageHeader
        title={`Agreement, version ${agreement.version}`}
        aside={<StatusBadge kind="agreement" state={agreement.state} />}
        meta={
          <>
            <CopyableId id={agreement.id} />
            <Dot />
            <span>{agreement.program.name}</span>
            <Dot />
            <span>
              from{" "}
              <ExactTime at={agreement.governsFrom ?? agreement.effectiveFrom} format="dateTime" withOffset />
            </span>
          </>
        }
        actions={actions}
      />
      {agreement.outcome ? (
        <Banner tone="neutral" title={OUTCOMES[agreement.outcome]}>
          {agreement.outcomeReason ??
            "Not everybody had agreed thirty days after its date and the notice. Draft it again with a later date."}
        </Banner>
      ) : null}
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1.9fr)_minmax(0,1fr)]">
        <AgreementTerms
          terms={termsOf(agreement)}
          before={before}
          currency={currency}
          nameOf={nameOf}
          own={own}
        />
        <div className="grid gap-4">
          {comparison}
          {before ? (
            <ChangeList before={before} after={termsOf(agreement)} currency={currency} nameOf={nameOf} />
          ) : null}
          <AgreementAnswers agreement={agreement} />
          <Card title="Facts" bodyClassName="pt-1">
            <KeyValueList
              items={[
                { label: "Drafted", value: <ExactTime at={agreement.createdAt} format="dateTime" /> },
                { label: "Proposed", value: <ExactTime at={agreement.proposedAt} format="dateTime" /> },
                { label: "Decided", value: <ExactTime at={agreement.decidedAt} format="dateTime" /> },
                {
                  label: "Meant to begin",
                  value: <ExactTime at={agreement.effectiveFrom} format="dateTime" />,
                },
                {
                  label: "SHA-256 of the terms",
                  value: <CopyableId id={agreement.sha256} />,
                  hint: "What was proposed cannot be changed any more",
                },
              ]}
            />
            <JsonView value={agreement.terms} label="Terms as they were written" collapsed className="mt-3" />
          </Card>
        </div>
      </div>
    </>
  );
}

interface ChangeListProps {
  before: Agreement;
  after: Agreement;
  currency: string;
  nameOf: NameOf;
}

function ChangeList({ before, after, currency, nameOf }: ChangeListProps) {
  const changes = changedSteps(before, after, currency, nameOf);
  return (
    <Card title="What is different from now?" hint="Against the version in force">
      {changes.length === 0 ? (
        <p className="text-sm text-muted">The rules are the same; only the date is new.</p>
      ) : (
        <ul className="grid gap-3 text-sm">
          {changes.map((change) => (
            <li key={`${change.rule}/${change.step}`}>
              <p className="font-medium">
                {change.rule} <span className="font-normal text-muted">{stepWords(change.step)}</span>
              </p>
              <p>
                {change.before === null ? (
                  <span className="text-muted">new: </span>
                ) : (
                  <s className="text-muted">{change.before}</s>
                )}{" "}
                {change.after ?? <span className="text-loss">left out</span>}
              </p>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
