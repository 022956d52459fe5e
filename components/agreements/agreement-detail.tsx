"use client";

import type { ReactNode } from "react";
import { AgreementAnswers } from "@/components/agreements/agreement-answers";
import { AgreementTerms } from "@/components/agreements/agreement-terms";
import type { NameOf } from "@/components/agreements/step-sentence";
import { ExactTime } from "@/components/time/relative-time";
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
